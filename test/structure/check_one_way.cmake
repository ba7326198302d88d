# Compiles probe.cpp with the include paths of one module, once with each header: those it may include must compile, the
# others must not be found.
#   cmake -DCOMPILER= -DPROBE= -DINCLUDES=folder;folder -DRIGHT=header;header -DWRONG=header;header -P check_one_way.cmake
cmake_minimum_required(VERSION 3.25)

list(TRANSFORM INCLUDES PREPEND -I)
foreach(header IN LISTS RIGHT WRONG)
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${INCLUDES} "-DPROBED_HEADER=<${header}>" ${PROBE}
                  RESULT_VARIABLE status ERROR_VARIABLE errors)
  if(header IN_LIST RIGHT)
    if(NOT status EQUAL 0)
      message(SEND_ERROR "<${header}> should compile:\n${errors}")
    endif()
  elseif(status EQUAL 0 OR NOT errors MATCHES "error: ${header}: No such file or directory")
    message(SEND_ERROR "<${header}> should not be found:\n${errors}")
  endif()
endforeach()
