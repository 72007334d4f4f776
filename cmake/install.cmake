# cmake --install, and CPack's Debian packages: three components, as a distribution cuts them.
#
#   cfgrun        the program, its man pages and completions
#   libcfgrun0    the shared library
#   libcfgrun-dev headers, static library, pkg-config and CMake files
#
# Headers go below include/cfgrun, which is the one -I that pkg-config and the CMake targets give: <cfgrun.h>.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS cfgrun RUNTIME COMPONENT program)
install(TARGETS cfgrun_shared EXPORT cfgrun LIBRARY COMPONENT library NAMELINK_COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun)
install(TARGETS cfgrun_static EXPORT cfgrun-static ARCHIVE COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun)
set_target_properties(cfgrun_shared PROPERTIES EXPORT_NAME cfgrun)
set_target_properties(cfgrun_static PROPERTIES EXPORT_NAME static)

# Doors only: a room's own headers stay home.
install(FILES host/cfgrun.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun COMPONENT development)
install(FILES host/config.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun/host COMPONENT development)
foreach(folder IN ITEMS engine engine/port)
  file(GLOB doors CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.h)
  install(FILES ${doors} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun/${folder} COMPONENT development)
endforeach()
install(FILES cache/cache.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun/cache COMPONENT development)
install(FILES lua/shipped.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cfgrun/lua COMPONENT development)

set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/cfgrun)
install(EXPORT cfgrun NAMESPACE cfgrun:: FILE cfgrunTargets.cmake DESTINATION ${cmake_folder} COMPONENT development)
install(EXPORT cfgrun-static NAMESPACE cfgrun:: FILE cfgrunStaticTargets.cmake DESTINATION ${cmake_folder}
  COMPONENT development)
configure_package_config_file(cmake/cfgrunConfig.cmake.in ${PROJECT_BINARY_DIR}/cfgrunConfig.cmake
  INSTALL_DESTINATION ${cmake_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cfgrunConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cfgrunConfig.cmake ${PROJECT_BINARY_DIR}/cfgrunConfigVersion.cmake
  DESTINATION ${cmake_folder} COMPONENT development)
# The prefix may be chosen as late as `cmake --install --prefix`, and moved afterwards: it is told from where the file is.
file(RELATIVE_PATH UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" UP ${UP})
configure_file(cmake/cfgrun.pc.in ${PROJECT_BINARY_DIR}/cfgrun.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cfgrun.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

include(cmake/manual.cmake)
include(cmake/package.cmake)
