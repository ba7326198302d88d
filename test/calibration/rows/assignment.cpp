// S13, S14: assignment by hash, through the decision engine.
#include "scorecard.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/stats/distributions.hpp>

#include <memory>
#include <optional>
#include <string>

namespace splitplot::calibration {
namespace {

using decide::HashVersion;

constexpr double kSmallP = 0.01;
constexpr std::size_t kUnits = 10'000;

std::vector<std::string> unit_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("user-" + std::to_string(i));
  return names;
}

/// Keys as people write them: alike, and numbered.
std::string salt(const Settings& settings, std::uint64_t number) {
  return "experiment-" + std::to_string(settings.seed * 100'000 + number);
}

double chi_square_p(std::span<const std::uint64_t> counts, std::span<const double> expected, double degrees) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double off = static_cast<double>(counts[i]) - expected[i];
    sum += off * off / expected[i];
  }
  return stats::chi_square_sf(sum, degrees);
}

/// Share of salts under which units do not fill twenty parts of the buckets evenly.
Rate uneven(const Settings& settings, const std::vector<std::string>& units, HashVersion version) {
  constexpr std::size_t kParts = 20;
  const std::vector<double> expected(kParts, static_cast<double>(units.size()) / kParts);
  Rate rate;
  for (std::uint64_t i = 0; i < settings.experiments(500); ++i) {
    const std::string seed = salt(settings, i);
    std::vector<std::uint64_t> counts(kParts);
    for (const std::string& unit : units)
      ++counts[static_cast<std::size_t>(decide::bucket_of(seed, unit, version) * kParts)];
    rate.count(chi_square_p(counts, expected, kParts - 1) < kSmallP);
  }
  return rate;
}

/// Share of pairs of experiments with two variants whose assignments depend on one another.
Rate dependent(const Settings& settings, const std::vector<std::string>& units, HashVersion version) {
  const std::uint64_t wanted = settings.experiments(1887);
  std::vector<std::vector<bool>> treated;
  const auto assign = [&](std::uint64_t number) {
    const std::string seed = salt(settings, number);
    std::vector<bool>& variants = treated.emplace_back();
    for (const std::string& unit : units) variants.push_back(decide::bucket_of(seed, unit, version) >= 0.5);
  };
  Rate rate;
  for (std::uint64_t right = 0; rate.trials < wanted; ++right) {
    assign(right);
    for (std::uint64_t left = 0; left < right && rate.trials < wanted; ++left) {
      std::uint64_t counts[4] = {};
      for (std::size_t i = 0; i < units.size(); ++i)
        ++counts[2 * (treated[left][i] ? 1 : 0) + (treated[right][i] ? 1 : 0)];
      const double n = static_cast<double>(units.size());
      const double of_left = static_cast<double>(counts[2] + counts[3]) / n;
      const double of_right = static_cast<double>(counts[1] + counts[3]) / n;
      const double expected[4] = {n * (1 - of_left) * (1 - of_right), n * (1 - of_left) * of_right,
                                  n * of_left * (1 - of_right), n * of_left * of_right};
      rate.count(chi_square_p(counts, expected, 1) < kSmallP);
    }
  }
  return rate;
}

/// An experiment as it stands for a while.
struct Plan {
  std::vector<double> weights;
  double coverage = 1;
};

class Assigner {
 public:
  explicit Assigner(const Plan& plan) {
    Value::Array variations;
    Value::Array weights;
    Value::Array meta;
    for (std::size_t i = 0; i < plan.weights.size(); ++i) {
      variations.emplace_back(i);
      weights.emplace_back(plan.weights[i]);
      meta.emplace_back(Value::Object{{"key", std::to_string(i)}});
    }
    const Value experiment = Value::Object{{"key", "e"},   {"hashVersion", 2},   {"variations", variations},
                                           {"meta", meta}, {"weights", weights}, {"coverage", plan.coverage}};
    snapshot_ = *decide::Snapshot::read_payload(Value::Object{{"experiments", Value::Array{experiment}}});
  }

  [[nodiscard]] std::optional<std::size_t> variant(const std::string& unit,
                                                   const decide::StickyBuckets* sticky) const {
    const Value attributes = Value::Object{{"id", unit}};
    decide::Evaluation evaluation{model::Attributes(&attributes)};
    evaluation.sticky = sticky;
    return snapshot_->assign("e", evaluation)->variant;
  }

 private:
  std::shared_ptr<const decide::Snapshot> snapshot_;
};

/// Remembers the variant of the one unit that is asked about.
struct OneUnitsPast final : decide::StickyBuckets {
  std::string known;
  [[nodiscard]] std::optional<std::string_view> find(std::string_view, std::string_view,
                                                     std::string_view) const override {
    return known.empty() ? std::nullopt : std::optional<std::string_view>(known);
  }
};

enum class Memory { Sticky, HashOnly };

/// Units that lose the variant they had, to another or to none, while one plan follows the other.
std::uint64_t switches(std::uint64_t units, const std::vector<Plan>& plans, Memory memory) {
  std::vector<Assigner> assigners;
  for (const Plan& plan : plans) assigners.emplace_back(plan);
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < units; ++i) {
    const std::string unit = "user-" + std::to_string(i);
    OneUnitsPast past;
    std::optional<std::size_t> before;
    bool switched = false;
    for (const Assigner& assigner : assigners) {
      const auto now = assigner.variant(unit, memory == Memory::Sticky ? &past : nullptr);
      switched = switched || (before && now != before);
      if (now) past.known = std::to_string(*now);
      if (now) before = now;
    }
    count += switched ? 1 : 0;
  }
  return count;
}

Line switch_line(const std::string& test, std::uint64_t units, std::uint64_t count, std::string beside) {
  return {"S14", test, units, "0 units switch", std::to_string(count), std::move(beside), "", count == 0};
}

}  // namespace

std::vector<Line> measure_s13(const Settings& settings) {
  const std::vector<std::string> units = unit_names(kUnits);
  const Rate parts = uneven(settings, units, HashVersion::Two);
  const Rate pairs = dependent(settings, units, HashVersion::Two);
  const std::string of_one = "version 1 of the hash on the same: ";
  return {{"S13", "assignment is uniform: salts with P < .01, 10,000 units", parts.trials, "<= 2.5 %",
           percent(parts), of_one + percent(uneven(settings, units, HashVersion::One)), "1.0 %",
           parts.at_most(0.025)},
          {"S13", "experiments are independent: pairs with P < .01, 10,000 units", pairs.trials, "<= 1.7 %",
           percent(pairs), of_one + percent(dependent(settings, units, HashVersion::One)),
           "1.2 %; version 1: 88.7 %", pairs.at_most(0.017)}};
}

std::vector<Line> measure_s14(const Settings& settings) {
  const std::uint64_t units = settings.experiments(1'000'000);
  std::vector<Plan> ramp;
  for (const double coverage : {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0})
    ramp.push_back({{0.5, 0.3, 0.2}, coverage});
  const std::vector<Plan> reweighted = {{{0.5, 0.5}, 0.5}, {{0.9, 0.1}, 0.5}, {{0.1, 0.9}, 1}};
  const std::vector<Plan> grown = {{{0.5, 0.5}, 0.5}, {{0.4, 0.3, 0.3}, 1}};
  const auto without = [&](const std::vector<Plan>& plans) {
    return "without stickiness " + std::to_string(switches(units, plans, Memory::HashOnly)) + " switch";
  };
  return {switch_line("ramp 1 -> 100 % in 13 steps, three variants, by hash alone", units,
                      switches(units, ramp, Memory::HashOnly), ""),
          switch_line("weights 50:50 -> 90:10 -> 10:90, sticky", units,
                      switches(units, reweighted, Memory::Sticky), without(reweighted)),
          switch_line("a third variant is added, sticky", units, switches(units, grown, Memory::Sticky),
                      without(grown))};
}

}  // namespace splitplot::calibration
