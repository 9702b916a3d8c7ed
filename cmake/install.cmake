# The install tree, which runs from wherever it is put, and the Debian package made of it.
#
#   bin/karyoscope, bin/karyoscope-worker
#   lib/karyoscope/torch/lib, lib/karyoscope/nvidia   LibTorch, in the places its run paths expect
#   share/                                            desktop file, icon, man page, completion

option(KARYOSCOPE_INSTALL_CUDA "Install LibTorch's CUDA libraries too (tools/setup.sh --cuda)" OFF)

install(TARGETS karyoscope RUNTIME DESTINATION bin)

if(TARGET karyoscope_worker)
  set_target_properties(karyoscope_worker PROPERTIES
    INSTALL_RPATH "$ORIGIN/../lib/karyoscope/torch/lib")
  install(TARGETS karyoscope_worker RUNTIME DESTINATION bin)

  # What LibTorch loads from its own folder and from the one beside it; the system's libraries
  # are the package manager's.
  set(torch_libraries ${KARYOSCOPE_LIBTORCH}/lib/libtorch_cpu.so)
  if(KARYOSCOPE_INSTALL_CUDA)
    list(APPEND torch_libraries ${KARYOSCOPE_LIBTORCH}/lib/libtorch_cuda.so)
  endif()
  install(CODE "
    set(torch_folder \"${KARYOSCOPE_LIBTORCH}\")
    set(torch_libraries \"${torch_libraries}\")")
  install(CODE [=[
    cmake_path(GET torch_folder PARENT_PATH beside)
    file(GET_RUNTIME_DEPENDENCIES LIBRARIES ${torch_libraries}
      RESOLVED_DEPENDENCIES_VAR needed UNRESOLVED_DEPENDENCIES_VAR missing
      POST_EXCLUDE_REGEXES "^/lib/" "^/usr/lib/" "^/lib64/")
    if(missing)
      message(WARNING "LibTorch in ${torch_folder} also names ${missing}, which were not found. "
        "Run: bash tools/setup.sh (with --cuda for KARYOSCOPE_INSTALL_CUDA)")
    endif()
    foreach(library IN LISTS torch_libraries needed)
      cmake_path(NORMAL_PATH library)
      cmake_path(GET library PARENT_PATH folder)
      cmake_path(IS_PREFIX torch_folder "${library}" in_torch)
      cmake_path(IS_PREFIX beside "${library}" in_beside)
      if(in_torch)
        cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${torch_folder}")
        set(folder "torch/${folder}")
      elseif(in_beside)
        cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${beside}")
      else()
        continue()
      endif()
      file(INSTALL "${library}" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/karyoscope/${folder}"
        FOLLOW_SYMLINK_CHAIN)
    endforeach()]=])
  if(KARYOSCOPE_INSTALL_CUDA AND TARGET karyoscope_cuda)
    install(FILES ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/karyoscope_cuda.so DESTINATION lib/karyoscope)
  endif()
  cmake_path(GET KARYOSCOPE_LIBTORCH PARENT_PATH beside_torch)
  install(DIRECTORY ${beside_torch}/licenses DESTINATION share/doc/karyoscope OPTIONAL)
endif()

install(FILES LICENSE README.md CHANGELOG.md DESTINATION share/doc/karyoscope)
install(FILES docs/man/karyoscope.1 DESTINATION share/man/man1)
install(FILES packaging/completion.bash
  DESTINATION share/bash-completion/completions RENAME karyoscope)
if(KARYOSCOPE_GUI)
  install(FILES packaging/karyoscope.desktop DESTINATION share/applications)
  install(FILES packaging/karyoscope-mime.xml
    DESTINATION share/mime/packages RENAME karyoscope.xml)
  install(FILES app/gui/resources/karyoscope.svg
    DESTINATION share/icons/hicolor/scalable/apps)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME karyoscope)
set(CPACK_PACKAGE_CONTACT "The Karyoscope developers <noreply@karyoscope.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
  ${KARYOSCOPE_LIBTORCH}/lib ${beside_torch}/nvidia/cu13/lib)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)  # 0.5 GB of LibTorch: xz takes minutes
if(KARYOSCOPE_GUI)
  # Loaded at run time, so no tool sees them: Qt's X11 plugin, OpenGL drivers.
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "qt6-qpa-plugins, libgl1-mesa-dri")
endif()
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "segment microscopy images by learning")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Karyoscope opens 2D and 3D microscopy, makes masks of cell nuclei, trains StarDist
models on them, predicts, judges the result against the truth and shows it all in
linked planes. The same work runs without a screen.")
include(CPack)
