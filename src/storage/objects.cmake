cadenza_library(object_store
  SOURCES object_name.cc object_store_local.cc object_store_memory.cc parallel.cc process_mark.cc put_files.cc scratch_folder.cc
  LINKS cadenza_base)
cadenza_library(s3
  SOURCES
    s3/address.cc s3/certificates.cc s3/client.cc s3/credentials.cc s3/http_call.cc s3/listing.cc s3/multipart_upload.cc s3/metadata_service.cc
    s3/object_store_s3.cc s3/presigned_address.cc s3/profile.cc s3/retry.cc
  LINKS
    cadenza_http cadenza_object_store CURL::libcurl OpenSSL::Crypto pugixml::pugixml nlohmann_json::nlohmann_json)

cadenza_test(object_store SOURCES object_store_test.cc LINKS cadenza_object_store)
cadenza_test(s3
  SOURCES
    s3/address_test.cc s3/certificates_test.cc s3/client_test.cc s3/credentials_test.cc s3/listing_test.cc
    s3/presigned_address_test.cc
  LINKS cadenza_s3)
# Needs a server, which tests/test_s3.py starts: no unit test.
add_executable(s3_store_test s3/store_server_test.cc)
target_link_libraries(s3_store_test PRIVATE cadenza_s3 GTest::gtest GTest::gtest_main Threads::Threads)
