# Outside packages: what each is for, which versions are accepted, how to get it.
# `bash tools/setup.sh` installs all of them.

# need(<package name for people> <why> <found?>): stops with the remedy when a package is missing.
function(need name why found)
  if(NOT found)
    message(FATAL_ERROR "${name} is missing (${why}). Run: bash tools/setup.sh")
  endif()
endfunction()

include(cmake/optional.cmake)

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)
want("pkg-config" "finds libzip, zstd, libyaml and polyclipping" "${PKG_CONFIG_FOUND}"
  "find libzip, zstd, libyaml and polyclipping")

find_package(TIFF QUIET)            # >= 4.5: caps on memory per file (TIFFOpenOptions)
need("libtiff-dev" "reads and writes microscopy TIFF" ${TIFF_FOUND})

find_package(ZLIB QUIET)            # libtiff and HDF5 bring it
need("zlib1g-dev" "writes compressed TIFF and PNG" ${ZLIB_FOUND})

find_package(EXPAT QUIET)           # streams, bounds entity expansion (2.4), fuzzed upstream
want("libexpat1-dev" "OME-XML" "${EXPAT_FOUND}" "read OME-TIFF")

find_package(PNG QUIET)
want("libpng-dev" "reads PNG" "${PNG_FOUND}" "read PNG")

find_package(JPEG QUIET)
want("libjpeg-dev" "reads JPEG" "${JPEG_FOUND}" "read JPEG")

find_package(nlohmann_json 3.11 QUIET)
if(NOT nlohmann_json_FOUND AND NOT KARYOSCOPE_GUI)
  fetch_source(json n/nlohmann-json3/nlohmann-json3_3.11.2.orig.tar.gz
    d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
  headers_of(nlohmann_json::nlohmann_json ${json_source}/single_include)
else()
  need("nlohmann-json3-dev" "model folders, JSON output" ${nlohmann_json_FOUND})
endif()

# Readers and filters of ITK's, not its factories: start-up pays for each library that is loaded.
set(CMAKE_MESSAGE_LOG_LEVEL NOTICE)  # Debian's GDCM package lists programs it does not install
find_package(ITK 5.2 QUIET COMPONENTS ITKIONRRD ITKIONIFTI ITKIOMeta ITKSmoothing
  ITKMathematicalMorphology)
unset(CMAKE_MESSAGE_LOG_LEVEL)
want("libinsighttoolkit5-dev" "NRRD, NIfTI, MetaImage; filters" "${ITK_FOUND}"
  "read NRRD, NIfTI and MetaImage, nor have the median and the top hat")

find_package(Eigen3 QUIET)
if(NOT Eigen3_FOUND AND NOT KARYOSCOPE_GUI)
  fetch_source(eigen e/eigen3/eigen3_3.4.0.orig.tar.bz2
    b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626)
  headers_of(Eigen3::Eigen ${eigen_source})
else()
  need("libeigen3-dev" "Fourier transforms of the drift correction" ${Eigen3_FOUND})
endif()

# The reason to take it: an exact minimum-cost flow, and its CMake package sets plain variables only.
find_path(LEMON_INCLUDE_DIR lemon/network_simplex.h)
find_library(LEMON_LIBRARY lemon)
want("liblemon-dev" "minimum-cost flow: links of objects through time" "${LEMON_LIBRARY}"
  "track objects")
add_library(Karyoscope::lemon INTERFACE IMPORTED)
if(LEMON_LIBRARY)
  target_link_libraries(Karyoscope::lemon INTERFACE ${LEMON_LIBRARY})
  target_include_directories(Karyoscope::lemon SYSTEM INTERFACE ${LEMON_INCLUDE_DIR})
endif()

find_module(LIBZIP libzip)
want("libzip-dev" "RoiSet.zip" "${LIBZIP_FOUND}" "read and write zip archives")

find_module(ZSTD libzstd)
want("libzstd-dev" "OME-Zarr, the journal of annotation" "${ZSTD_FOUND}"
  "read OME-Zarr packed with zstd, nor keep a journal of edits")
# c-blosc 1: what Zarr's blosc codec is; fuzzed upstream. Debian ships no CMake package for it.
find_path(BLOSC_INCLUDE_DIR blosc.h)
find_library(BLOSC_LIBRARY blosc)
want("libblosc-dev" "OME-Zarr" "${BLOSC_LIBRARY}" "read OME-Zarr packed with blosc")
add_library(Karyoscope::blosc INTERFACE IMPORTED)
if(BLOSC_LIBRARY)
  target_link_libraries(Karyoscope::blosc INTERFACE ${BLOSC_LIBRARY})
  target_include_directories(Karyoscope::blosc SYSTEM INTERFACE ${BLOSC_INCLUDE_DIR})
endif()

find_package(SQLite3 3.37 QUIET)    # >= 3.37: STRICT tables. Its crash testing is the field's best
want("libsqlite3-dev" "the journal of annotation" "${SQLite3_FOUND}" "keep a journal of edits")

# need_libtorch(): the imported target Karyoscope::torch over the libraries of PyPI's torch wheel.
# Our own target, because the wheel's CMake package demands a CUDA toolkit. Accepted from 2.11;
# tools/setup.sh pins 2.15.0 (twice as fast a training step as Debian's 1.13).
function(need_libtorch)
  if(DEFINED ENV{KARYOSCOPE_LIBTORCH} AND NOT KARYOSCOPE_LIBTORCH)
    set(KARYOSCOPE_LIBTORCH $ENV{KARYOSCOPE_LIBTORCH})
  endif()
  if(NOT KARYOSCOPE_LIBTORCH)
    if(DEFINED ENV{KARYOSCOPE_CACHE})
      set(cache $ENV{KARYOSCOPE_CACHE})
    else()
      set(cache $ENV{HOME}/.cache/karyoscope)
    endif()
    set(KARYOSCOPE_LIBTORCH ${cache}/libtorch-2.15.0/torch)
  endif()
  set(KARYOSCOPE_LIBTORCH ${KARYOSCOPE_LIBTORCH} CACHE PATH "Folder with LibTorch's lib and include")
  if(NOT EXISTS ${KARYOSCOPE_LIBTORCH}/lib/libtorch_cpu.so)
    message(FATAL_ERROR "LibTorch is missing in ${KARYOSCOPE_LIBTORCH} (training, prediction). "
      "Run: bash tools/setup.sh, or set KARYOSCOPE_LIBTORCH to a LibTorch >= 2.11, "
      "or configure with -DKARYOSCOPE_MODELS=OFF")
  endif()
  file(STRINGS ${KARYOSCOPE_LIBTORCH}/include/torch/headeronly/version.h lines
    REGEX "#define TORCH_VERSION_(MAJOR|MINOR) ")
  string(REGEX MATCH "TORCH_VERSION_MAJOR ([0-9]+)" _ "${lines}")
  set(major ${CMAKE_MATCH_1})
  string(REGEX MATCH "TORCH_VERSION_MINOR ([0-9]+)" _ "${lines}")
  set(version ${major}.${CMAKE_MATCH_1})
  if(version VERSION_LESS 2.11)
    message(FATAL_ERROR "LibTorch ${version} in ${KARYOSCOPE_LIBTORCH} is too old: 2.11 or later is "
      "needed. Run: bash tools/setup.sh")
  endif()
  add_library(karyoscope_torch INTERFACE)
  add_library(Karyoscope::torch ALIAS karyoscope_torch)
  target_include_directories(karyoscope_torch SYSTEM INTERFACE
    ${KARYOSCOPE_LIBTORCH}/include ${KARYOSCOPE_LIBTORCH}/include/torch/csrc/api/include)
  target_link_libraries(karyoscope_torch INTERFACE
    ${KARYOSCOPE_LIBTORCH}/lib/libtorch_cpu.so ${KARYOSCOPE_LIBTORCH}/lib/libc10.so)
  # at::parallel_for is a header, and a plain loop where OpenMP is off. The run-time library is the
  # one that LibTorch itself loads, so that all loops share its threads.
  target_compile_options(karyoscope_torch INTERFACE -fopenmp)
  if(EXISTS ${KARYOSCOPE_LIBTORCH}/lib/libgomp.so.1)
    target_link_libraries(karyoscope_torch INTERFACE ${KARYOSCOPE_LIBTORCH}/lib/libgomp.so.1)
  else()
    target_link_options(karyoscope_torch INTERFACE -fopenmp)
  endif()
  # libtorch_cpu names CUDA libraries that lie beside it and finds them by its own run path.
  target_link_options(karyoscope_torch INTERFACE -Wl,--allow-shlib-undefined)
endfunction()

# need_window_toolkits(): Qt 6 (6.4 in Debian 12) and VTK (9.1 there). Only the components that are
# used: each one more is a library to load before the first frame.
macro(need_window_toolkits)
  find_package(Qt6 6.4 QUIET COMPONENTS Core Gui Widgets Svg)
  need("qt6-base-dev, libqt6svg6-dev" "the window" "${Qt6_FOUND}")
  find_package(OpenGL QUIET COMPONENTS EGL)
  need("libegl-dev" "draws 3D without a display" "${OpenGL_EGL_FOUND}")
  # Debian's VTK names MPI among its dependencies and does not look for it itself.
  find_package(MPI QUIET COMPONENTS C)
  find_package(VTK QUIET COMPONENTS CommonCore CommonDataModel CommonExecutionModel FiltersCore
    FiltersGeneral FiltersSources RenderingCore RenderingOpenGL2 RenderingVolume
    RenderingVolumeOpenGL2)
  need("libvtk9-dev" "the 3D view" "${VTK_FOUND}")
endmacro()
