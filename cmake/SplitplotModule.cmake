# One module of Splitplot = one folder under src/ = one static library.
#
#   splitplot_module(stats
#     PURPOSE  "pure statistics: aggregates in, estimates out"
#     DEPENDS  base                        # modules declared before this one, nothing else
#     PRIVATE_LIBRARIES Boost::headers     # heavy libraries: never seen through a public header
#     HEADERS  boost/math                  # their headers, by folder or name: for this module's sources only
#     HEAVY    "Boost.Math"                # the same in words, for the module table
#     SOURCES  src/moments.cpp ...         # private headers lie beside them
#     TESTS    tests/moments_test.cpp ...  # linked against this module alone
#     INSTALLED)                           # part of the library that others link: find_package(splitplot)
#
# How the one-way rule holds:
#  * every module has its own include root (src/<module>/include), so a header of a module that was not declared as a
#    dependency is not on the include path and does not compile;
#  * private headers lie in src/<module>/src, which is on no other module's include path;
#  * a dependency that has not been declared yet is refused here, so the order of add_subdirectory is the rank order and
#    a cycle cannot be written down;
#  * an include with ".." or an absolute path in it would walk around all that, and a header of a module that is reached
#    only through another one would hide a dependency: the build refuses both (cmake/CheckIncludes.cmake);
#  * a heavy library's header is refused there too, in a public header, and in a module that does not list it in HEADERS
#    (Debian puts them all on the default include path, so the compiler would find them);
#  * each public header is compiled alone (VERIFY_INTERFACE_HEADER_SETS).
# test/structure proves each of these. splitplot_finish_modules() comes after the last module.

include_guard(GLOBAL)
set_property(GLOBAL PROPERTY SPLITPLOT_MODULES "")

function(splitplot_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "INSTALLED" "PURPOSE;HEAVY" "DEPENDS;PUBLIC_LIBRARIES;PRIVATE_LIBRARIES;HEADERS;SOURCES;TESTS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "splitplot_module(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_PURPOSE)
    message(FATAL_ERROR "splitplot_module(${name}): PURPOSE is missing; the module table is made from it")
  endif()
  get_property(declared GLOBAL PROPERTY SPLITPLOT_MODULES)
  foreach(dependency IN LISTS arg_DEPENDS)
    if(NOT dependency IN_LIST declared)
      message(FATAL_ERROR "splitplot_module(${name}): '${dependency}' is not declared yet. A module may use only modules "
                          "above it; declared so far: ${declared}")
    endif()
  endforeach()

  set(target splitplot_${name})
  file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/*.hpp)
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(splitplot::${name} ALIAS ${target})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS include FILES ${public_headers})
  list(TRANSFORM arg_DEPENDS PREPEND splitplot:: OUTPUT_VARIABLE dependency_targets)
  target_link_libraries(${target} ${scope} $<BUILD_INTERFACE:splitplot_warnings> ${dependency_targets} ${arg_PUBLIC_LIBRARIES})
  target_compile_features(${target} ${scope} cxx_std_20)
  if(arg_INSTALLED)
    # Who links an installed module needs none of the header-only libraries that it was compiled with. The others are found by
    # splitplotConfig.cmake.
    list(TRANSFORM arg_PRIVATE_LIBRARIES REPLACE "^(Boost::headers|Eigen3::Eigen)$" "$<BUILD_INTERFACE:\\1>")
    install(TARGETS ${target} EXPORT splitplot COMPONENT library FILE_SET HEADERS COMPONENT library)
  endif()
  if(arg_SOURCES)
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE_LIBRARIES})
    target_include_directories(${target} PRIVATE src)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME splitplot_${name})
  endif()
  add_dependencies(${target} check_includes)

  set_property(GLOBAL APPEND PROPERTY SPLITPLOT_MODULES ${name})
  set_property(GLOBAL APPEND_STRING PROPERTY SPLITPLOT_MODULE_DEPENDENCIES "${name}:")
  foreach(dependency IN LISTS arg_DEPENDS)
    set_property(GLOBAL APPEND_STRING PROPERTY SPLITPLOT_MODULE_DEPENDENCIES " ${dependency}")
  endforeach()
  list(JOIN arg_HEADERS " " headers_text)
  set_property(GLOBAL APPEND_STRING PROPERTY SPLITPLOT_MODULE_DEPENDENCIES " | ${headers_text}\n")
  list(JOIN arg_DEPENDS ", " depends_text)
  if(NOT depends_text)
    set(depends_text "-")
  endif()
  if(NOT arg_HEAVY)
    set(arg_HEAVY "-")
  endif()
  set_property(GLOBAL APPEND_STRING PROPERTY SPLITPLOT_MODULE_TABLE
               "| [`${name}`](src/${name}/README.md) | ${arg_PURPOSE} | ${depends_text} | ${arg_HEAVY} |\n")

  if(arg_TESTS)
    splitplot_unit_tests(${name} SOURCES ${arg_TESTS} LIBRARIES splitplot::${name} ${arg_PRIVATE_LIBRARIES})
  endif()
endfunction()

# <name>_unit: the unit tests of the folder at hand, linked against LIBRARIES alone; private headers are at hand.
#
#   splitplot_unit_tests(stats SOURCES tests/moments_test.cpp ... LIBRARIES splitplot::stats ...)
function(splitplot_unit_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  if(NOT BUILD_TESTING)
    return()
  endif()
  add_executable(${name}_unit ${arg_SOURCES})
  target_include_directories(${name}_unit PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(${name}_unit PRIVATE ${arg_LIBRARIES} splitplot_warnings GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name}_unit PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  gtest_discover_tests(${name}_unit TEST_PREFIX "${SPLITPLOT_TEST_PREFIX}unit.${name}." PROPERTIES LABELS unit DISCOVERY_TIMEOUT 60)
  if(NOT TARGET unit_tests)
    add_custom_target(unit_tests)
  endif()
  add_dependencies(unit_tests ${name}_unit)
endfunction()

# Writes what is known of all modules together, and adds the check of their includes:
#  * module_table.md: the table that ARCHITECTURE.md carries; test/structure checks that the two agree;
#  * module_dependencies.txt: "module: dependency dependency | header header", a line each.
function(splitplot_finish_modules)
  get_property(rows GLOBAL PROPERTY SPLITPLOT_MODULE_TABLE)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/module_table.md
       CONTENT "| module | what it is | uses | heavy libraries (private) |\n|---|---|---|---|\n@rows@" @ONLY)
  get_property(dependencies GLOBAL PROPERTY SPLITPLOT_MODULE_DEPENDENCIES)
  set(dependency_file ${CMAKE_BINARY_DIR}/module_dependencies.txt)
  file(CONFIGURE OUTPUT ${dependency_file} CONTENT "@dependencies@" @ONLY)

  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/CheckIncludes.cmake)
  set(stamp ${CMAKE_BINARY_DIR}/includes.stamp)
  file(GLOB_RECURSE module_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.hpp ${CMAKE_SOURCE_DIR}/src/*.cpp)
  add_custom_command(
    OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DSOURCE_ROOT=${CMAKE_SOURCE_DIR} -DDEPENDENCIES=${dependency_file} -DSTAMP=${stamp} -P ${script}
    DEPENDS ${module_files} ${script} ${dependency_file}
    COMMENT "Checking includes")
  add_custom_target(check_includes DEPENDS ${stamp})
endfunction()

# What `cmake --install` gives to others: the modules that are INSTALLED, as find_package(splitplot) with targets splitplot::<module>.
function(splitplot_install_library)
  include(CMakePackageConfigHelpers)
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/splitplot)
  install(TARGETS boost_json EXPORT splitplot COMPONENT library)
  install(EXPORT splitplot NAMESPACE splitplot:: FILE splitplotTargets.cmake DESTINATION ${folder} COMPONENT library)
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/splitplotConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/splitplotConfig.cmake ${CMAKE_BINARY_DIR}/splitplotConfigVersion.cmake
          DESTINATION ${folder} COMPONENT library)
endfunction()
