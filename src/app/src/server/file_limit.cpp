#include "server/file_limit.hpp"

#include <algorithm>
#include <limits>

#include <sys/resource.h>

namespace splitplot::app {
namespace {

/// Journal, databases, spill files, libraries.
constexpr std::size_t kOtherFiles = 256;

}  // namespace

std::size_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur != limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur == RLIM_INFINITY) return std::numeric_limits<std::size_t>::max();
  return limit.rlim_cur;
}

std::size_t streams_within(std::size_t files, std::size_t wished, std::size_t connections) {
  const std::size_t others = connections + kOtherFiles;
  const std::size_t room = files > others ? files - others : 0;
  return std::min(wished, std::max(room, files / 4));
}

}  // namespace splitplot::app
