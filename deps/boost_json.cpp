// Boost.JSON's own sources, compiled once for all who use it: two copies would not link into one program.
#include <boost/json/src.hpp>
