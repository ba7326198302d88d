#include "answers.hpp"
#include "management/body.hpp"
#include "operation/handlers.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/collect/live_traffic.hpp>

#include <string>
#include <utility>

namespace splitplot::serve::operation {
namespace {

Value to_value(const collect::TrafficMinute& minute) {
  Value value;
  value.set("start", rfc3339(minute.start));
  value.set("events", minute.events);
  value.set("exposures", minute.exposures);
  value.set("rejected", minute.rejected);
  value.set("duplicates", minute.duplicates);
  value.set("decisions", minute.decisions);
  return value;
}

Value to_value(const collect::NameTraffic& name) {
  Value value;
  value.set("type", collect::name_of(name.type));
  value.set("name", name.name);
  value.set("last_minute", name.last_minute);
  value.set("last_hour", name.last_hour);
  return value;
}

Value to_value(const collect::SourceTraffic& source) {
  Value value;
  value.set("connection", source.connection);
  value.set("last_hour", source.last_hour);
  return value;
}

Value to_value(const collect::RecentEvent& event) {
  Value unit;
  unit.set("kind", name_of(event.unit.kind));
  unit.set("id", event.unit.id);
  Value value;
  value.set("time", rfc3339(event.time));
  value.set("type", collect::name_of(event.type));
  value.set("name", event.name);
  value.set("unit", std::move(unit));
  value.set("source", event.source);
  return value;
}

Value to_value(const collect::RecentRejection& rejection) {
  Value value;
  value.set("received", rfc3339(rejection.received));
  value.set("source", rejection.source);
  value.set("reason", rejection.reason);
  value.set("message", rejection.message);
  return value;
}

template <typename Element>
Value::Array list_of(const std::vector<Element>& elements) {
  Value::Array list;
  list.reserve(elements.size());
  for (const Element& element : elements) list.push_back(to_value(element));
  return list;
}

}  // namespace

Response traffic(const Call& call) {
  const collect::LiveTraffic* live = call.context.services.traffic;
  if (live == nullptr)
    return management::problem(503, "unavailable", "this server does not watch its traffic");
  const collect::Traffic now = live->of(environment_name(call.principal->scope));
  Value other_names;
  other_names.set("last_minute", now.other_names.last_minute);
  other_names.set("last_hour", now.other_names.last_hour);
  Value other_sources;
  other_sources.set("last_hour", now.other_sources.last_hour);
  Value answer;
  answer.set("now", rfc3339(now.now));
  answer.set("since", rfc3339(now.since));
  answer.set("minutes", list_of(now.minutes));
  answer.set("events_per_second", now.events_per_second);
  answer.set("names", list_of(now.names));
  answer.set("other_names", std::move(other_names));
  answer.set("sources", list_of(now.sources));
  answer.set("other_sources", std::move(other_sources));
  answer.set("recent", list_of(now.recent));
  answer.set("rejected", list_of(now.rejected));
  return json_response(answer);
}

}  // namespace splitplot::serve::operation
