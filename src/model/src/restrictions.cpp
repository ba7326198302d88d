#include "restrictions.hpp"

#include <splitplot/base/time.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostSteps = 100;
constexpr std::size_t kMostPrerequisites = 20;
constexpr std::size_t kMostOverrides = 1000;

/// Whether a time that can be read says where its clock is: it ends with Z or an offset.
bool has_offset(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z')) return true;
  const std::size_t clock = text.find_first_of("Tt ");
  return clock != std::string_view::npos && text.find_first_of("+-", clock) != std::string_view::npos;
}

std::optional<PlannedTime> read_time(const Value& written, const Spot& spot) {
  const std::optional<std::string> text = read_text(written, spot);
  if (!text) return std::nullopt;
  const std::optional<Timestamp> time = parse_rfc3339(*text);
  if (!time) {
    spot.problem("'" + *text + "' is no time",
                 "write \"2026-12-01 08:00\" by the project's clocks, or \"2026-12-01T08:00:00Z\"");
    return std::nullopt;
  }
  return PlannedTime{*time, has_offset(*text) ? PlannedTime::ClockOf::World : PlannedTime::ClockOf::Project};
}

std::optional<PlannedTime> time_of(ObjectReader& reader, std::string_view name) {
  const Value* written = reader.take(name);
  return written == nullptr ? std::nullopt : read_time(*written, reader.at(name));
}

/// A text, or a list of texts.
std::vector<std::string> text_or_texts(ObjectReader& reader, std::string_view name) {
  const Value* written = reader.take(name);
  if (written == nullptr) return {};
  std::vector<std::string> all;
  if (written->if_array() == nullptr) {
    if (std::optional<std::string> text = reader.text(name)) all.push_back(std::move(*text));
    return all;
  }
  for (auto& [text, place] : reader.texts(name)) all.push_back(std::move(text));
  if (written->if_array()->empty()) reader.at(name).problem("the list is empty", "name a variant");
  return all;
}

Prerequisite read_prerequisite(const Value& written, const Spot& spot) {
  ObjectReader reader(written, spot);
  Prerequisite prerequisite;
  reader.require("flag", "name the other flag");
  prerequisite.flag = reader.key("flag").value_or("");
  if (!prerequisite.flag.empty()) reader.at("flag").refers_to(DocumentKind::Flag, prerequisite.flag);
  const bool names_variants = reader.take("is") != nullptr;
  const bool has_condition = reader.take("if") != nullptr;
  prerequisite.variants = text_or_texts(reader, "is");
  prerequisite.condition = reader.condition("if");
  if (written.if_object() != nullptr && !names_variants && !has_condition)
    spot.problem("it does not say what the flag must answer", "write is: and a variant, or if: {value: ...}");
  prerequisite.otherwise =
      reader
          .choice<Prerequisite::Otherwise>("otherwise", {{"skip", Prerequisite::Otherwise::Skip},
                                                         {"close", Prerequisite::Otherwise::Close}})
          .value_or(prerequisite.otherwise);
  reader.finish();
  return prerequisite;
}

RampStep read_step(const Value& written, const Spot& spot) {
  ObjectReader reader(written, spot);
  RampStep step;
  reader.require("from", "say when the step begins");
  reader.require("share", "say for how many it is then");
  if (const std::optional<PlannedTime> from = time_of(reader, "from")) step.from = *from;
  step.share = reader.share("share").value_or(0);
  reader.finish();
  return step;
}

std::vector<RampStep> read_ramp(const Value::Array& elements, const Spot& spot) {
  std::vector<RampStep> ramp;
  if (elements.empty()) spot.problem("the list is empty", "write [{from: 2026-12-01, share: 10%}]");
  if (elements.size() > kMostSteps) {
    spot.problem("a ramp has at most " + std::to_string(kMostSteps) + " steps");
    return ramp;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const RampStep step = read_step(elements[i], spot.at(i));
    if (i > 0 && step.from.clock != ramp.back().from.clock)
      spot.at(i).at("from").problem("some steps have an offset and some have none", "write all in one way");
    else if (i > 0 && step.from.time <= ramp.back().from.time)
      spot.at(i).at("from").problem("steps stand in the order of their times", "put the earlier one first");
    if (i > 0 && step.share < ramp.back().share)
      spot.at(i).at("share").warning("the share shrinks: units leave that were in",
                                     "a share that only grows moves nobody");
    ramp.push_back(step);
  }
  return ramp;
}

}  // namespace

Schedule read_schedule(ObjectReader& reader) {
  Schedule schedule{time_of(reader, "from"), time_of(reader, "until")};
  if (schedule.from && schedule.until && schedule.from->clock == schedule.until->clock &&
      schedule.until->time <= schedule.from->time)
    reader.at("until").problem("it ends before it begins", "from is included, until is not");
  return schedule;
}

std::vector<Prerequisite> read_prerequisites(ObjectReader& reader) {
  std::vector<Prerequisite> prerequisites;
  const Value* written = reader.take("requires");
  if (written == nullptr) return prerequisites;
  const Spot spot = reader.at("requires");
  const Value::Array* elements = written->if_array();
  if (elements == nullptr) {
    expected("a list", *written, spot, "write [{flag: its-key, is: on}]");
  } else if (elements->size() > kMostPrerequisites) {
    spot.problem("at most " + std::to_string(kMostPrerequisites) + " flags can be required");
  } else {
    for (std::size_t i = 0; i < elements->size(); ++i)
      prerequisites.push_back(read_prerequisite((*elements)[i], spot.at(i)));
  }
  return prerequisites;
}

ShareOrRamp read_share_or_ramp(ObjectReader& reader, std::string_view name) {
  const Value* written = reader.take(name);
  if (written == nullptr) return {};
  if (const Value::Array* elements = written->if_array())
    return {std::nullopt, read_ramp(*elements, reader.at(name))};
  return {reader.share(name), {}};
}

std::map<std::string, std::size_t, std::less<>> read_overrides(
    ObjectReader& reader,
    const std::function<std::optional<std::size_t>(const std::string& name, const Spot& spot)>& find) {
  std::map<std::string, std::size_t, std::less<>> overrides;
  const Value* written = reader.take("overrides");
  if (written == nullptr) return overrides;
  const Spot spot = reader.at("overrides");
  const Value::Object* members = written->if_object();
  if (members == nullptr) {
    expected("an object", *written, spot, "write {alice: treatment}");
    return overrides;
  }
  if (members->size() > kMostOverrides)
    spot.problem("at most " + std::to_string(kMostOverrides) + " users can be overridden",
                 "they are for trying out; for more write a rule with a list");
  for (const Member& member : *members) {
    const Spot place = spot.at(member.name);
    const std::optional<std::string> variant = read_text(member.value, place);
    if (!variant) continue;
    if (const std::optional<std::size_t> index = find(*variant, place))
      overrides.emplace(member.name, *index);
  }
  return overrides;
}

}  // namespace splitplot::model
