// S6: a chance to win is a belief at one look; looked at ten times it "wins" often where there is nothing. What the product calls
// significant is judged by the confidence sequence instead.
#include "scorecard.hpp"

#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr int kLooks = 10;
constexpr std::uint64_t kUnitsPerLook = 1000;  // an arm

struct LabelTally {
  Rate chance_passes_95;
  Rate significant;

  void merge(const LabelTally& other) {
    chance_passes_95.merge(other.chance_passes_95);
    significant.merge(other.significant);
  }
};

LabelTally label(const Settings& settings, double control_rate, double treatment_rate) {
  return simulate<LabelTally>(
      settings, settings.experiments(4000), "label", [=](RandomStream& random, LabelTally& tally) {
        SuccessCount control;
        SuccessCount treatment;
        bool passed = false;
        bool significant = false;
        for (int look = 0; look < kLooks; ++look) {
          add_bernoulli(control, random, kUnitsPerLook, control_rate);
          add_bernoulli(treatment, random, kUnitsPerLook, treatment_rate);
          const auto chance = beats_proportions(control, treatment, Direction::HigherIsBetter);
          passed = passed || (chance && std::max(chance->chance_to_win, 1 - chance->chance_to_win) > 0.95);
          const auto difference = compare_proportions(control, treatment);
          if (!difference) continue;
          const auto sequence = asymptotic_confidence_sequence(difference->value, difference->standard_error,
                                                               control.units + treatment.units, 10000);
          significant = significant || (sequence && sequence->p_value <= 0.05);
        }
        tally.chance_passes_95.count(passed);
        tally.significant.count(significant);
      });
}

}  // namespace

std::vector<Line> measure_s6(const Settings& settings) {
  const LabelTally null = label(settings, 0.1, 0.1);
  const LabelTally effect = label(settings, 0.1, 0.12);
  return {{"S6", "10 looks, rate .10, A/A: chance to win ever beyond 95 %", null.chance_passes_95.trials,
           "published, no label", percent(null.chance_passes_95),
           ".10 to .12: " + percent(effect.chance_passes_95), "33 % (over 95 % either way)", true},
          {"S6", "10 looks, rate .10, A/A: ever called significant", null.significant.trials, "<= 5 %",
           percent(null.significant), "power on .10 to .12: " + percent(effect.significant), "",
           null.significant.at_most(0.05)}};
}

}  // namespace splitplot::calibration
