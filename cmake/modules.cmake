# One function makes a library, one a test; nothing global is set.

add_library(karyoscope_warnings INTERFACE)
target_compile_options(karyoscope_warnings INTERFACE -Wall -Wextra -Werror
  # GCC 12 sees overlap in "literal" + std::string where there is none (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)

add_library(karyoscope_sanitizers INTERFACE)
if(KARYOSCOPE_SANITIZE)
  target_compile_options(karyoscope_sanitizers INTERFACE
    -fsanitize=${KARYOSCOPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # GCC 12 takes std::regex for uninitialised under AddressSanitizer (GCC bug 105562).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(karyoscope_sanitizers INTERFACE -fsanitize=${KARYOSCOPE_SANITIZE})
endif()

# karyoscope_library(NAME core [DEPENDS public...] [PRIVATE_DEPENDS inside .cpp only...])
# makes karyoscope_NAME and the alias Karyoscope::NAME; sources are added, by name, with
# target_sources() in the folder that holds them.
function(karyoscope_library)
  cmake_parse_arguments(ARG "" "NAME" "DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  set(target karyoscope_${ARG_NAME})
  add_library(${target} STATIC)
  add_library(Karyoscope::${ARG_NAME} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target}
    PUBLIC ${ARG_DEPENDS} karyoscope_sanitizers
    PRIVATE ${ARG_PRIVATE_DEPENDS} karyoscope_warnings)
endfunction()

# karyoscope_test(NAME core_io SOURCES a_test.cpp ... DEPENDS Karyoscope::core [TIMEOUT seconds])
# makes one GoogleTest program of a folder's tests; each case is a ctest of its own name.
function(karyoscope_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set(target ${ARG_NAME}_tests)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE
    ${ARG_DEPENDS} Karyoscope::test_support GTest::gmock GTest::gtest_main karyoscope_warnings)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(${target} TEST_PREFIX "${ARG_NAME}." DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${ARG_NAME})
endfunction()

# Lets a program's files share the parse of torch's headers with karyoscope_models. A precompiled
# header only fits code compiled the same way, hence -fPIC where programs have -fPIE.
function(karyoscope_use_torch_header target)
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM karyoscope_models)
endfunction()
