#include "nouns.hpp"
#include "object_reader.hpp"

#include <algorithm>

namespace splitplot::model {
namespace {

constexpr std::int64_t kMostUnits = 1'000'000'000'000;
constexpr double kUnusualAlpha = 0.2;

/// The words of `splitplot analyze --correction`.
const std::vector<std::string>& corrections() {
  static const std::vector<std::string> words{"holm",       "hochberg",       "hommel", "bonferroni", "sidak",
                                              "holm-sidak", "hochberg-sidak", "bh",     "by",         "none"};
  return words;
}

std::optional<std::string> correction(ObjectReader& reader, std::string_view name,
                                      const std::vector<std::string>& words) {
  std::optional<std::string> word = reader.text(name);
  if (!word || std::ranges::find(words, *word) != words.end()) return word;
  reader.at(name).unknown("correction", *word, words);
  return std::nullopt;
}

/// A probability strictly between 0 and 1.
std::optional<double> probability(ObjectReader& reader, std::string_view name) {
  const std::optional<double> number = reader.number(name);
  if (!number || (*number > 0 && *number < 1)) return number;
  reader.at(name).problem("must lie between 0 and 1", name == "alpha" ? "0.05 is usual" : "0.8 is usual");
  return std::nullopt;
}

void read_planned_units(ObjectReader& reader, ExperimentPlan& plan) {
  const Value* written = reader.take("planned_units");
  const std::optional<std::int64_t> units = reader.integer("planned_units");
  if (units && (*units < 2 || *units > kMostUnits)) {
    reader.at("planned_units").problem("must lie between 2 and 1000000000000", "all arms together");
  } else if (units) {
    plan.planned_units = static_cast<std::uint64_t>(*units);
  }
  if (plan.method == StoppingRule::FixedHorizon && written == nullptr)
    reader.spot().problem(
        "'planned_units' is missing",
        "a fixed plan is analysed once, when so many units are in it; `splitplot power` computes how many");
}

}  // namespace

ExperimentPlan read_plan(const Value* written, const Spot& spot) {
  ExperimentPlan plan;
  if (written == nullptr) return plan;
  ObjectReader reader(*written, spot);
  plan.method = reader
                    .choice<StoppingRule>("method", {{"always-valid", StoppingRule::AlwaysValid},
                                                     {"fixed", StoppingRule::FixedHorizon}})
                    .value_or(plan.method);
  plan.alpha = probability(reader, "alpha").value_or(plan.alpha);
  plan.power = probability(reader, "power").value_or(plan.power);
  read_planned_units(reader, plan);
  plan.correction = correction(reader, "correction", corrections()).value_or(plan.correction);
  std::vector<std::string> of_segments = corrections();
  of_segments.emplace_back("hierarchical");
  plan.segment_correction =
      correction(reader, "segment_correction", of_segments).value_or(plan.segment_correction);
  reader.finish();
  if (plan.alpha > kUnusualAlpha)
    spot.at("alpha").warning("false alarms are allowed in more than one of five experiments",
                             "0.05 is usual");
  return plan;
}

}  // namespace splitplot::model
