# Those whose branches the fuzzers follow; it takes a third of the time of compiling.
set(fuzzed_libraries decode storage delta arrow cli_settings spark_address http serve pgwire)

# cadenza_library(name SOURCES a.cc b.cc LINKS other...)   a folder's library
function(cadenza_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(cadenza_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(cadenza_${name} PUBLIC ${ARG_LINKS} fmt::fmt)
  set_target_properties(cadenza_${name} PROPERTIES UNITY_BUILD ON)
  if(CADENZA_SANITIZE AND name IN_LIST fuzzed_libraries)
    target_compile_options(cadenza_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# cadenza_test(name SOURCES a_test.cc LINKS cadenza_x)   unit tests, beside the code that they test
function(cadenza_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE ${ARG_LINKS} GTest::gtest GTest::gtest_main Threads::Threads)
  set_target_properties(${name}_test PROPERTIES UNITY_BUILD ON)
  # Optimizing them takes longer than they run.
  target_compile_options(${name}_test PRIVATE -O0)
  gtest_discover_tests(${name}_test PROPERTIES LABELS unit DISCOVERY_TIMEOUT 60)
endfunction()
