cadenza_library(object_store
  SOURCES object_name.cc object_store_local.cc object_store_memory.cc
  LINKS cadenza_base)

cadenza_test(object_store SOURCES object_store_test.cc LINKS cadenza_object_store)
