// Compiled by check_one_way.cmake with one header after the other: the same file either way.
#include PROBED_HEADER
