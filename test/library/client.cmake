# The example of the client, without a server: its own defaults, and the reason.
run(${PLACE}/build/shop http://127.0.0.1:1 sp_server_none)
if(NOT output MATCHES "visitor-0: button #000, dark mode off" OR NOT output MATCHES "cannot reach the server"
   OR NOT output MATCHES "rules from nowhere, version -, away; 0 events sent")
  message(FATAL_ERROR "unexpected output:\n${output}")
endif()
# Nothing but headers that are meant for others is installed.
file(GLOB_RECURSE headers RELATIVE ${PLACE}/installed/include ${PLACE}/installed/include/*)
foreach(header IN LISTS headers)
  if(NOT header MATCHES "^splitplot/(base|digest|stats|model|content|decide|client)/.+[.]hpp$")
    message(FATAL_ERROR "'${header}' is installed")
  endif()
endforeach()
