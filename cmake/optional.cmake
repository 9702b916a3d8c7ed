# What a build without the window can be made without (docs/architecture.md, "Without the window").

# want(<package> <why> <found?> <what the build does not do without it>): the window's build needs
# it as need() says; another one is made without it.
function(want name why found left_out)
  if(found)
    return()
  elseif(KARYOSCOPE_GUI)
    need("${name}" "${why}" "${found}")
  endif()
  message(STATUS "${name} is missing: this build does not ${left_out}")
  set_property(GLOBAL APPEND PROPERTY karyoscope_left_out ${name})
endfunction()

# find_module(<VAR> <pkg-config's name>): VAR_FOUND and PkgConfig::VAR; not found without pkg-config.
macro(find_module variable name)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(${variable} QUIET IMPORTED_TARGET ${name})
  else()
    set(${variable}_FOUND OFF)  # an earlier run's answer is kept in the cache
  endif()
endmacro()

# karyoscope_optional(<target> <found?> SOURCES a.cpp LIBRARIES Some::library ABSENT a_absent.cpp):
# the sources with their libraries where the package was found, else what stands in for them.
function(karyoscope_optional target found)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;ABSENT" ${ARGN})
  if(found)
    target_sources(${target} PRIVATE ${ARG_SOURCES})
    target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES})
  else()
    target_sources(${target} PRIVATE ${ARG_ABSENT})
  endif()
endfunction()

# fetch_source(<name> <file in Debian's pool> <sha256>): sets <name>_source to the unpacked release.
# For the few packages that nothing here works without and that need no building of their own. An
# unpacked folder of one's own: -DFETCHCONTENT_SOURCE_DIR_<NAME>=DIR.
set(KARYOSCOPE_POOL http://deb.debian.org/debian/pool/main CACHE STRING
  "Where a build without the window gets missing headers: Debian's pool or a mirror of it")
mark_as_advanced(KARYOSCOPE_POOL)
function(fetch_source name file hash)
  include(FetchContent)
  message(STATUS "${name} is not installed: taking ${KARYOSCOPE_POOL}/${file}")
  FetchContent_Declare(${name} URL ${KARYOSCOPE_POOL}/${file} URL_HASH SHA256=${hash}
    DOWNLOAD_EXTRACT_TIMESTAMP FALSE SOURCE_SUBDIR no_build_of_its_own)
  FetchContent_MakeAvailable(${name})
  set(${name}_source ${${name}_SOURCE_DIR} PARENT_SCOPE)
endfunction()

# headers_of(<target> <folder>): an imported library that is headers alone.
function(headers_of target folder)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${folder})
endfunction()
