#include "http/target.hpp"

#include <splitplot/base/percent_encoding.hpp>

#include <algorithm>

namespace splitplot::serve {

std::optional<Target> split_target(std::string_view target) {
  if (!target.starts_with('/')) {
    const std::size_t scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return {};
    const std::string_view scheme = target.substr(0, scheme_end);
    if (scheme != "http" && scheme != "https") return {};
    target.remove_prefix(scheme_end + 3);
    const std::size_t path_begin = target.find_first_of("/?");
    if (path_begin == std::string_view::npos || target[path_begin] != '/') return {};
    target.remove_prefix(path_begin);
  }
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return Target{target, {}};
  return Target{target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (percent_decoded(pair.substr(0, equals)) != name) continue;
    std::string value(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    std::replace(value.begin(), value.end(), '+', ' ');
    return percent_decoded(value);
  }
  return {};
}

}  // namespace splitplot::serve
