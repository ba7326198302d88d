#include "url_parts.hpp"

#include <algorithm>

namespace splitplot::model {
namespace {

/// Takes what stands in front of the first of the characters.
std::string_view take_until(std::string_view& text, std::string_view stops) {
  const std::string_view taken = text.substr(0, text.find_first_of(stops));
  text.remove_prefix(taken.size());
  return taken;
}

std::string_view without_default_port(std::string_view host, std::string_view scheme) {
  const std::string_view port = scheme == "https" ? ":443" : scheme == "http" ? ":80" : "";
  if (!port.empty() && host.ends_with(port)) host.remove_suffix(port.size());
  return host;
}

}  // namespace

UrlParts parts_of(std::string_view url) {
  UrlParts parts;
  const std::size_t colon = url.find("://");
  if (colon != std::string_view::npos && colon < url.find_first_of("/?#")) {
    const std::string_view scheme = url.substr(0, colon);
    std::string_view rest = url.substr(colon + 3);
    std::string_view authority = take_until(rest, "/?#");
    parts.origin = url.substr(0, url.size() - rest.size());
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
      authority.remove_prefix(at + 1);
    parts.host = without_default_port(authority, scheme);
    url = rest;
  }
  parts.path = take_until(url, "?#");
  if (url.starts_with('?')) {
    url.remove_prefix(1);
    parts.query = take_until(url, "#");
  }
  parts.fragment = url;
  return parts;
}

QueryMember take_member(std::string_view& query) {
  const std::string_view member = take_until(query, "&");
  if (!query.empty()) query.remove_prefix(1);
  const std::size_t equals = std::min(member.find('='), member.size());
  return {member.substr(0, equals), equals < member.size() ? member.substr(equals + 1) : std::string_view()};
}

}  // namespace splitplot::model
