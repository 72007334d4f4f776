# CPack: `cpack -G DEB` in the build folder makes the three Debian packages.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cfgrun)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The cfgrun authors <cfgrun@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "configuration engine with rules in Lua")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME cfgrun)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libcfgrun${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcfgrun-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# CPack's own would call ldconfig from scripts, as nobody does any more.
set(library_package libcfgrun${PROJECT_VERSION_MAJOR})
file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
file(WRITE ${PROJECT_BINARY_DIR}/debian/shlibs
  "libcfgrun ${PROJECT_VERSION_MAJOR} ${library_package} (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
  ${PROJECT_BINARY_DIR}/debian/triggers ${PROJECT_BINARY_DIR}/debian/shlibs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libcfgrun${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}-1), libyaml-dev, libpcre2-dev, liblua5.4-dev, liblmdb-dev, libssl-dev")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS libedit2)	# opened when `repl` needs it
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "check, mend, compare and read configuration
cfgrun reads YAML, JSON, TOML and other formats, runs rules written in Lua
in a sandbox, shows findings with the line that a person must edit, and
edits files without touching another byte.")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "configuration engine with rules in Lua - library
libcfgrun holds configuration as immutable trees that any thread may read,
and checks them with rules in Lua or C.")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "configuration engine with rules in Lua - development files
Headers, the static library, and files for pkg-config and CMake.")

# What Debian wants beside the files of each package.
find_program(GZIP gzip)
if(GZIP)
  file(WRITE ${PROJECT_BINARY_DIR}/debian/changelog.in
    "cfgrun (${PROJECT_VERSION}-1) unstable; urgency=medium\n\n  * Packaged by CPack.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  Sun, 22 Nov 2026 12:00:00 +0000\n")
  execute_process(COMMAND ${GZIP} -9nc ${PROJECT_BINARY_DIR}/debian/changelog.in
    OUTPUT_FILE ${PROJECT_BINARY_DIR}/debian/changelog.Debian.gz)
  foreach(pair IN ITEMS "program=cfgrun" "library=${CPACK_DEBIAN_LIBRARY_PACKAGE_NAME}" "development=libcfgrun-dev")
    string(REGEX MATCH "^[^=]+" component ${pair})
    string(REGEX MATCH "[^=]+$" package ${pair})
    install(FILES ${PROJECT_BINARY_DIR}/debian/changelog.Debian.gz ${PROJECT_SOURCE_DIR}/cmake/copyright
      DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
  endforeach()
endif()
include(CPack)
