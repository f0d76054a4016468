cadenza_library(object_store
  SOURCES object_name.cc object_store_local.cc object_store_memory.cc parallel.cc put_files.cc
  LINKS cadenza_base)
cadenza_library(s3
  SOURCES
    s3/address.cc s3/client.cc s3/credentials.cc s3/http_call.cc s3/listing.cc s3/metadata_service.cc
    s3/object_store_s3.cc s3/profile.cc s3/retry.cc
  LINKS
    cadenza_object_store CURL::libcurl OpenSSL::Crypto pugixml::pugixml nlohmann_json::nlohmann_json)

cadenza_test(object_store SOURCES object_store_test.cc LINKS cadenza_object_store)
