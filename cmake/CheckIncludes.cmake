# Run by the build before any module compiles. Refuses an #include that
#  * walks out of its folder with "..", or names an absolute path: it would reach private headers past the include paths;
#  * names a module that the file's own module does not list in DEPENDS, though the compiler would find it through another;
#  * names a header of a heavy library in a public header, or anywhere in a module that does not list it in HEADERS. Heavy are
#    Boost, Eigen, DuckDB, and whatever any module lists in HEADERS.
# The application (src/app) is no module: it may use every module, and of heavy libraries only the one that its commands reach a
# server by.
#
#   cmake -DSOURCE_ROOT=. -DDEPENDENCIES=module_dependencies.txt -DSTAMP=includes.stamp -P CheckIncludes.cmake

cmake_minimum_required(VERSION 3.25)

file(REAL_PATH "${SOURCE_ROOT}" SOURCE_ROOT)
set(heavy boost Eigen duckdb.h duckdb.hpp)
set(headers_app curl)
file(STRINGS ${DEPENDENCIES} lines)
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^:]+):([^|]*)\\|(.*)$" matched "${line}")
  set(module "${CMAKE_MATCH_1}")
  set(headers "${CMAKE_MATCH_3}")
  set(known_${module} TRUE)
  separate_arguments(allowed_${module} UNIX_COMMAND "${module} ${CMAKE_MATCH_2}")
  separate_arguments(headers_${module} UNIX_COMMAND "${headers}")
  list(APPEND heavy ${headers_${module}})
endforeach()

# Whether `header` is one of the names in the list, or lies in one of its folders.
function(is_among header names result)
  set(${result} FALSE PARENT_SCOPE)
  foreach(name IN LISTS names)
    string(FIND "${header}/" "${name}/" place)
    if(place EQUAL 0)
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

file(GLOB_RECURSE files RELATIVE ${SOURCE_ROOT}/src ${SOURCE_ROOT}/src/*.hpp ${SOURCE_ROOT}/src/*.cpp)
if(NOT files)
  message(FATAL_ERROR "There is no source file in ${SOURCE_ROOT}/src: nothing was checked")
endif()
set(wrong "")
foreach(file IN LISTS files)
  string(REGEX REPLACE "/.*" "" module ${file})
  file(STRINGS ${SOURCE_ROOT}/src/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*[\"<]")
  foreach(include IN LISTS includes)
    set(refusal "")
    string(REGEX REPLACE "^[^\"<]*[\"<]([^\">]*).*" "\\1" header "${include}")
    string(REGEX REPLACE "/(\\.?/)+" "/" plain "${header}")  # a//b and a/./b are a/b
    string(REGEX REPLACE "^(\\./)+" "" plain "${plain}")
    is_among("${plain}" "${heavy}" is_heavy)
    is_among("${plain}" "${headers_${module}}" is_listed)
    if(plain MATCHES "(^|/)\\.\\./" OR plain MATCHES "^/")
      set(refusal "walks out of its folder; use <splitplot/module/header.hpp>")
    elseif(known_${module} AND plain MATCHES "^splitplot/([a-z_]+)/" AND NOT CMAKE_MATCH_1 IN_LIST allowed_${module})
      set(refusal "'${module}' does not list '${CMAKE_MATCH_1}' in DEPENDS (src/${module}/CMakeLists.txt)")
    elseif(is_heavy AND file MATCHES "^[^/]+/include/")
      set(refusal "a public header must not show a heavy library")
    elseif(is_heavy AND NOT is_listed)
      set(refusal "'${module}' does not list this header in HEADERS (src/${module}/CMakeLists.txt)")
    endif()
    if(refusal)
      string(APPEND wrong "\n  src/${file}: ${include}\n    ${refusal}")
    endif()
  endforeach()
endforeach()
if(wrong)
  message(FATAL_ERROR "Includes that are not allowed:${wrong}")
endif()
file(TOUCH ${STAMP})
