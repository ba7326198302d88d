/// The parts of a web address, as far as patterns look at them. Views; nothing is allocated.
#pragma once

#include <string_view>

namespace splitplot::model {

/// "https://user@shop.example:8080/a/b?x=1#top"
struct UrlParts {
  std::string_view origin;    ///< "https://user@shop.example:8080"; empty for a relative address
  std::string_view host;      ///< "shop.example:8080"; a port that goes without saying is left out
  std::string_view path;      ///< "/a/b", or empty
  std::string_view query;     ///< "x=1"
  std::string_view fragment;  ///< "#top", or empty
};

[[nodiscard]] UrlParts parts_of(std::string_view url);

/// The next member of a query ("x=1&y=2"), which is taken from its front; the value is empty where there is no "=". Still
/// encoded.
struct QueryMember {
  std::string_view name;
  std::string_view value;
};
[[nodiscard]] QueryMember take_member(std::string_view& query);

}  // namespace splitplot::model
