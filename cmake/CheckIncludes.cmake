# Run by the build before any module compiles. Refuses an #include that
#  * walks out of its folder with "..", or names an absolute path: it would reach private headers past the include paths;
#  * names a module that the file's own module does not list in DEPENDS, though the compiler would find it through another.
# The application (src/app) is no module: it may use them all.
#
#   cmake -DSOURCE_ROOT=. -DDEPENDENCIES=module_dependencies.txt -DSTAMP=includes.stamp -P CheckIncludes.cmake

cmake_minimum_required(VERSION 3.25)

file(STRINGS ${DEPENDENCIES} lines)
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^:]+):(.*)$" matched "${line}")
  set(known_${CMAKE_MATCH_1} TRUE)
  separate_arguments(allowed_${CMAKE_MATCH_1} UNIX_COMMAND "${CMAKE_MATCH_1} ${CMAKE_MATCH_2}")
endforeach()

file(GLOB_RECURSE files RELATIVE ${SOURCE_ROOT}/src ${SOURCE_ROOT}/src/*.hpp ${SOURCE_ROOT}/src/*.cpp)
set(wrong "")
foreach(file IN LISTS files)
  string(REGEX REPLACE "/.*" "" module ${file})
  file(STRINGS ${SOURCE_ROOT}/src/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*[\"<]")
  foreach(include IN LISTS includes)
    if(include MATCHES "[\"</]\\.\\./" OR include MATCHES "[\"<]/")
      string(APPEND wrong "\n  src/${file}: ${include}\n    walks out of its folder; use <splitplot/module/header.hpp>")
    elseif(known_${module} AND include MATCHES "[\"<]splitplot/([a-z_]+)/" AND NOT CMAKE_MATCH_1 IN_LIST allowed_${module})
      string(APPEND wrong "\n  src/${file}: ${include}\n    '${module}' does not list '${CMAKE_MATCH_1}' in DEPENDS (src/${module}/CMakeLists.txt)")
    endif()
  endforeach()
endforeach()
if(wrong)
  message(FATAL_ERROR "Includes that are not allowed:${wrong}")
endif()
file(TOUCH ${STAMP})
