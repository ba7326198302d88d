#include "nouns.hpp"
#include "object_reader.hpp"

#include <charconv>

namespace splitplot::model {
namespace {

constexpr std::chrono::seconds kLongestWindow = std::chrono::days{3660};

bool has_property(MetricType type) {
  return type == MetricType::Sum || type == MetricType::Mean;
}

void read_property(ObjectReader& reader, std::optional<MetricType> type, Metric& metric) {
  const Value* written = reader.take("property");
  metric.property = reader.text("property").value_or("");
  if (!type) return;
  if (has_property(*type) && written == nullptr)
    reader.spot().problem("'property' is missing", "a sum or mean is taken of a property of the event");
  if (!has_property(*type) && written != nullptr)
    reader.at("property")
        .problem("a proportion or count has no property", "remove it, or use type sum or mean");
}

void read_where(ObjectReader& reader, Metric& metric) {
  metric.where = reader.condition("where");
  if (!metric.where.compiled->segments().empty())
    reader.at("where").problem(
        "a metric cannot ask for segments: its condition is about the event's properties",
        "name the segment in the experiment's segments");
}

void read_window(ObjectReader& reader, Metric& metric) {
  const Value* written = reader.take("window");
  if (written == nullptr) return;
  const std::string* text = written->if_text();
  if (text != nullptr) metric.window = parse_duration(*text);
  if (!metric.window)
    reader.at("window").problem("must be a duration of at most ten years", "write 7d, 12h, 30m or 45s");
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, count);
  if (read.ec != std::errc() || read.ptr + 1 != end || count <= 0 || count > kLongestWindow.count())
    return std::nullopt;
  std::chrono::seconds unit{0};
  switch (*read.ptr) {
    case 's':
      unit = std::chrono::seconds{1};
      break;
    case 'm':
      unit = std::chrono::minutes{1};
      break;
    case 'h':
      unit = std::chrono::hours{1};
      break;
    case 'd':
      unit = std::chrono::days{1};
      break;
    case 'w':
      unit = std::chrono::weeks{1};
      break;
    default:
      return std::nullopt;
  }
  const std::chrono::seconds duration = count * unit;
  if (duration > kLongestWindow) return std::nullopt;
  return duration;
}

Metric read_metric(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  Metric metric;
  metric.key = key;
  metric.description = reader.text("description").value_or("");
  reader.require("type", "a metric is a proportion, count, sum or mean");
  const auto type = reader.choice<MetricType>("type", {{"proportion", MetricType::Proportion},
                                                       {"count", MetricType::Count},
                                                       {"sum", MetricType::Sum},
                                                       {"mean", MetricType::Mean}});
  metric.type = type.value_or(MetricType::Proportion);
  reader.require("event", "name the event as it is tracked");
  metric.event = reader.text("event").value_or("");
  read_property(reader, type, metric);
  read_where(reader, metric);
  read_window(reader, metric);
  metric.lower_is_better = reader.choice<bool>("direction", {{"up", false}, {"down", true}}).value_or(false);
  reader.finish();
  return metric;
}

}  // namespace splitplot::model
