# Runs the include check from inside a copy of the fixture project in which 'lower' includes 'upper', with the root given as a
# relative path: it has to fail, saying SAYING.
#   cmake -DFIXTURE= -DCOPY= -DSCRIPT=CheckIncludes.cmake -DROOT=. -DSAYING= -P check_relative_root.cmake
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${COPY})
file(COPY ${FIXTURE}/ DESTINATION ${COPY})
file(APPEND ${COPY}/src/lower/src/lower.cpp "#include <splitplot/upper/upper.hpp>\n")
file(WRITE ${COPY}/dependencies.txt "lower: | \nmiddle: lower | \nupper: lower middle | boost/version.hpp\n")
execute_process(COMMAND ${CMAKE_COMMAND} -DSOURCE_ROOT=${ROOT} -DDEPENDENCIES=dependencies.txt -DSTAMP=includes.stamp -P ${SCRIPT}
                WORKING_DIRECTORY ${COPY} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " flat "${output}")
string(FIND "${flat}" "${SAYING}" place)
if(status EQUAL 0 OR place EQUAL -1)
  message(FATAL_ERROR "Expected a refusal saying '${SAYING}'. Found status ${status}:\n${output}")
endif()
