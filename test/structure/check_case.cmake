# Configures and builds a copy of the fixture project in which one text was replaced, and looks at what comes of it.
#   cmake -DFIXTURE= -DCOPY= -DCMAKE_FOLDER= -DCOMPILER= -DFILE= -DFROM= -DTO= -DREFUSED_BY= -DSAYING= -P check_case.cmake
# REFUSED_BY: nobody, configure, includes, compiler; SAYING: a text that the refusal must contain.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${COPY})
file(COPY ${FIXTURE}/ DESTINATION ${COPY})
if(FILE)
  file(READ ${COPY}/${FILE} text)
  string(REPLACE "${FROM}" "${TO}" edited "${text}")
  if(edited STREQUAL text)
    message(FATAL_ERROR "The case changes nothing: '${FROM}' is not in ${FILE}")
  endif()
  file(WRITE ${COPY}/${FILE} "${edited}")
endif()

set(stage configure)
execute_process(
  COMMAND ${CMAKE_COMMAND} -S ${COPY} -B ${COPY}/build -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER}
          -DSPLITPLOT_CMAKE_FOLDER=${CMAKE_FOLDER}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
  set(stage build)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${COPY}/build --target all all_verify_interface_header_sets -- -j 1
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
endif()

if(status EQUAL 0)
  set(refused_by nobody)
elseif(stage STREQUAL configure)
  set(refused_by configure)
elseif(output MATCHES "FAILED: includes.stamp" AND NOT output MATCHES "Building CXX object")
  set(refused_by includes)
elseif(output MATCHES "FAILED: [^\n]*\\.o ")
  set(refused_by compiler)
else()
  set(refused_by "something else")
endif()

# CMake breaks the lines of its messages, so compare with all white space as one space.
string(REGEX REPLACE "[ \n]+" " " flat "${output}")
string(FIND "${flat}" "${SAYING}" place)
if(NOT refused_by STREQUAL REFUSED_BY OR place EQUAL -1)
  message(FATAL_ERROR "Expected: refused by ${REFUSED_BY}, saying '${SAYING}'. Found: refused by ${refused_by}:\n${output}")
endif()
