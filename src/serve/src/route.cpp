#include "route.hpp"

#include <splitplot/base/percent_encoding.hpp>

#include <algorithm>

namespace splitplot::serve {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const std::string_view segment = path.substr(0, path.find('/'));
    segments.push_back(segment);
    path.remove_prefix(segment.size());
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](std::string_view part, std::string_view sent) {
                      return is_parameter(part) ? !sent.empty() : part == sent;
                    });
}

}  // namespace

std::string_view name_of(Permission permission) {
  switch (permission) {
    case Permission::Public:
      return "public";
    case Permission::Decide:
      return "decide";
    case Permission::Ingest:
      return "ingest";
    case Permission::Explain:
      return "explain";
    case Permission::Configure:
      return "configure";
    case Permission::Results:
      return "results";
    case Permission::Operate:
      return "operate";
  }
  return "";
}

bool allows(Permission permission, model::ConnectionKind kind) {
  switch (permission) {
    case Permission::Public:
    case Permission::Decide:
    case Permission::Ingest:
      return true;
    case Permission::Explain:
      return kind != model::ConnectionKind::Client;
    case Permission::Configure:
    case Permission::Results:
    case Permission::Operate:
      return kind == model::ConnectionKind::Admin;
  }
  return false;
}

Router::Router(std::span<const Route> routes) {
  for (const Route& route : routes) entries_.push_back({&route, segments_of(route.pattern)});
}

Router::Match Router::find(Method method, std::string_view path, Mode mode,
                           std::vector<std::string>& parameters) const {
  const Method wanted = method == Method::Head ? Method::Get : method;
  const std::vector<std::string_view> sent = segments_of(path);
  Match match;
  parameters.clear();
  for (const Entry& entry : entries_) {
    if (entry.route->mode == Mode::TestOnly && mode != Mode::TestOnly) continue;
    if (!fits(entry.segments, sent)) continue;
    if (entry.route->method != wanted) {
      match.others.push_back(entry.route);
      continue;
    }
    for (std::size_t at = 0; at < sent.size(); ++at) {
      if (!is_parameter(entry.segments[at])) continue;
      std::optional<std::string> value = percent_decoded(sent[at]);
      match.malformed = match.malformed || !value;
      parameters.push_back(std::move(value).value_or(std::string()));
    }
    match.route = entry.route;
    match.others.clear();
    return match;
  }
  return match;
}

}  // namespace splitplot::serve
