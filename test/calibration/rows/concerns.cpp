// S4: a heavy tail in a small arm is refused or flagged; well-behaved data are not.
#include "scorecard.hpp"

#include <splitplot/stats/compare/means.hpp>

#include <functional>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

struct ConcernTally {
  Rate rejects;
  Rate flagged;  // or refused
  Rate rejects_unflagged;

  void merge(const ConcernTally& other) {
    rejects.merge(other.rejects);
    flagged.merge(other.flagged);
    rejects_unflagged.merge(other.rejects_unflagged);
  }
};

struct Scenario {
  const char* name;
  std::uint64_t control_units;
  std::uint64_t treatment_units;
  std::function<double(RandomStream&)> draw;
};

ConcernTally compare(const Settings& settings, std::uint64_t experiments, const Scenario& scenario) {
  return simulate<ConcernTally>(
      settings, experiments, scenario.name, [&](RandomStream& random, ConcernTally& tally) {
        const auto difference = compare_means(draw_moments(random, scenario.control_units, scenario.draw),
                                              draw_moments(random, scenario.treatment_units, scenario.draw));
        const bool flagged = !difference || difference->concerns.contains(Concern::SkewedForItsSize);
        const bool rejects = difference && difference->p_value <= 0.05;
        tally.flagged.count(flagged);
        tally.rejects.count(rejects);
        tally.rejects_unflagged.count(rejects && !flagged);
      });
}

}  // namespace

std::vector<Line> measure_s4(const Settings& settings) {
  const auto heavy = [](RandomStream& random) { return lognormal(random, 0, 2); };
  const auto normal = [](RandomStream& random) { return random.normal(); };
  const auto exponential = [](RandomStream& random) { return -std::log1p(-random.uniform()); };
  const ConcernTally tail = compare(settings, settings.experiments(10000),
                                    {"lognormal(sigma 2), 10,000 against 100", 10000, 100, heavy});
  std::vector<Line> lines{
      {"S4", "lognormal(sigma 2), 10,000 against 100: error without a flag", tail.rejects.trials, "<= 5 %",
       percent(tail.rejects_unflagged),
       "flagged or refused " + percent(tail.flagged) + "; false positives in all " + percent(tail.rejects),
       "25 % false positives, unflagged (gbstats)", tail.rejects_unflagged.at_most(0.05)}};
  for (const Scenario& scenario :
       {Scenario{"normal values, 100 against 100", 100, 100, normal},
        Scenario{"normal values, 1,000 against 100", 1000, 100, normal},
        Scenario{"exponential values, 1,000 against 1,000", 1000, 1000, exponential},
        Scenario{"exponential values, 10,000 against 2,000", 10000, 2000, exponential}}) {
    const ConcernTally calm = compare(settings, settings.experiments(10000), scenario);
    lines.push_back({"S4", std::string(scenario.name) + ": flagged", calm.flagged.trials, "<= 5 %",
                     percent(calm.flagged), "false positives " + percent(calm.rejects), "",
                     calm.flagged.at_most(0.05)});
  }
  return lines;
}

}  // namespace splitplot::calibration
