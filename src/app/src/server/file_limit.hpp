// How many files and sockets the process may have open.
#pragma once

#include <cstddef>

namespace splitplot::app {

/// Raises the soft limit to the hard one, which the operator sets, and answers what holds then. A server with thousands of
/// streams needs more than the usual 1,024.
std::size_t raise_file_limit();

/// How many streams may be open, of those wished, so that requests and files keep their share of `files`.
[[nodiscard]] std::size_t streams_within(std::size_t files, std::size_t wished, std::size_t connections);

}  // namespace splitplot::app
