# Outside packages: what each is for, which versions are accepted, how to get it.
# `bash tools/setup.sh` installs all of them.

# need(<package name for people> <why> <found?>): stops with the remedy when a package is missing.
function(need name why found)
  if(NOT found)
    message(FATAL_ERROR "${name} is missing (${why}). Run: bash tools/setup.sh")
  endif()
endfunction()

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)
need("pkg-config" "finds libzip and polyclipping" ${PKG_CONFIG_FOUND})

find_package(TIFF QUIET)            # >= 4.5: caps on memory per file (TIFFOpenOptions)
need("libtiff-dev" "reads and writes microscopy TIFF" ${TIFF_FOUND})

find_package(nlohmann_json 3.11 QUIET)
need("nlohmann-json3-dev" "model folders, JSON output" ${nlohmann_json_FOUND})

pkg_check_modules(LIBZIP QUIET IMPORTED_TARGET libzip)
need("libzip-dev" "RoiSet.zip" ${LIBZIP_FOUND})
