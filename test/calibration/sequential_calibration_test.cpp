// Looking at a running experiment: the confidence sequence keeps its error rate over all looks together, the
// fixed-horizon test does not.
#include "rates.hpp"

#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <gtest/gtest.h>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr int kLooks = 100;
constexpr int kUnitsPerLook = 100;  // per arm

struct PeekingRates {
  Rate sequence_ever_rejects;
  Rate interval_ever_misses;
  Rate welch_ever_rejects;
};

/// 100 looks at arms of 0/1 values. `interval_ever_misses` is about the true difference.
PeekingRates simulate(double control_rate, double treatment_rate, int runs) {
  RandomStream random(seed(90210));
  PeekingRates rates;
  for (int i = 0; i < runs; ++i) {
    Moments control;
    Moments treatment;
    bool rejected = false;
    bool missed = false;
    bool welch_rejected = false;
    for (int look = 0; look < kLooks; ++look) {
      for (int k = 0; k < kUnitsPerLook; ++k) control.add(random.bernoulli(control_rate) ? 1 : 0);
      for (int k = 0; k < kUnitsPerLook; ++k) treatment.add(random.bernoulli(treatment_rate) ? 1 : 0);
      const auto difference = compare_means(control, treatment);
      if (!difference.has_value()) continue;
      welch_rejected = welch_rejected || difference->p_value <= 0.05;
      const auto sequence = asymptotic_confidence_sequence(difference->value, difference->standard_error,
                                                           control.count + treatment.count, 10000);
      if (!sequence.has_value()) continue;
      rejected = rejected || sequence->p_value <= 0.05;
      const double error = difference->value - (treatment_rate - control_rate);
      missed = missed || std::abs(error) > sequence->half_width;
    }
    rates.sequence_ever_rejects.count(rejected);
    rates.interval_ever_misses.count(missed);
    rates.welch_ever_rejects.count(welch_rejected);
  }
  return rates;
}

TEST(Calibration, ConfidenceSequenceSurvivesPeeking) {
  const PeekingRates null = simulate(0.1, 0.1, experiments(1500));
  print("100 looks, no effect: confidence sequence ever rejects", null.sequence_ever_rejects);
  print("100 looks, no effect: Welch ever rejects (not meant for looking)", null.welch_ever_rejects);
  EXPECT_LE(null.sequence_ever_rejects.value(), 0.05);
  EXPECT_GT(null.welch_ever_rejects.value(), 0.25);  // the reason why the sequence is there
}

TEST(Calibration, ConfidenceSequenceFindsAnEffectAndCoversIt) {
  const PeekingRates effect = simulate(0.10, 0.125, experiments(500));
  print("100 looks, .10 against .125: confidence sequence rejects by the end (power)",
        effect.sequence_ever_rejects);
  print("100 looks, .10 against .125: interval ever misses the true difference", effect.interval_ever_misses);
  EXPECT_GT(effect.sequence_ever_rejects.value(), 0.95);
  EXPECT_LE(effect.interval_ever_misses.value(), 0.05);
}

}  // namespace
}  // namespace splitplot::calibration
