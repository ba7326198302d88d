# find_package(splitplot): targets splitplot::base and splitplot::stats.
include(CMakeFindDependencyMacro)
find_dependency(tl-expected)
include(${CMAKE_CURRENT_LIST_DIR}/splitplotTargets.cmake)
