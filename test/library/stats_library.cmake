# What the example of the statistics prints.
run(${PLACE}/build/checkout_test)
# Raw effects are rates subtracted; the pooled one of a small segment lies between its own and the large one's.
if(NOT output MATCHES "Iceland  raw \\+5\\.67 points, pooled \\+([0-9.]+) points")
  message(FATAL_ERROR "unexpected output:\n${output}")
endif()
if(NOT (CMAKE_MATCH_1 GREATER 0.89 AND CMAKE_MATCH_1 LESS 5.67))
  message(FATAL_ERROR "the small segment was not drawn towards the others:\n${output}")
endif()
