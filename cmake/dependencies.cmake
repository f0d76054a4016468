# Libraries of the distribution, and the engine that ./dev placed in .deps.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

if(EXISTS ${CADENZA_DEPS}/duckdb/libduckdb.so)
  add_library(duckdb SHARED IMPORTED GLOBAL)
  set_target_properties(duckdb PROPERTIES
    IMPORTED_LOCATION ${CADENZA_DEPS}/duckdb/libduckdb.so
    INTERFACE_INCLUDE_DIRECTORIES ${CADENZA_DEPS}/duckdb)
else()
  message(FATAL_ERROR "The engine is missing: run ./dev build, which installs it into ${CADENZA_DEPS}/duckdb")
endif()
