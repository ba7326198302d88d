#include "http/sender.hpp"

#include <splitplot/base/spelling.hpp>

namespace splitplot::serve {
namespace {

/// "host:port" of "https://host:port/path"; empty for other schemes.
std::string_view authority_of(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    return url.substr(0, url.find('/'));
  }
  return {};
}

}  // namespace

Sender sender_of(const Request& request, std::string_view public_url) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty()) return site == "same-origin" ? Sender::OwnPage : Sender::OtherSite;
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return Sender::Unknown;
  const std::string_view authority = authority_of(origin);
  if (authority.empty()) return Sender::OtherSite;  // "null" among others
  const bool is_own = equal_ignoring_case(authority, request.header("host")) ||
                      equal_ignoring_case(authority, authority_of(public_url));
  return is_own ? Sender::OwnPage : Sender::OtherSite;
}

}  // namespace splitplot::serve
