// S7: the sample-ratio check looked at a hundred times.
#include "scorecard.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/sequential/sample_ratio_sequence.hpp>

#include <array>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr double kAlpha = 0.001;
constexpr int kLooks = 100;
constexpr std::uint64_t kUnitsPerLook = 1000;  // of both arms: 100,000 in the end

struct AlarmTally {
  Rate sequence_alarms;
  Rate chi_square_alarms;

  void merge(const AlarmTally& other) {
    sequence_alarms.merge(other.sequence_alarms);
    chi_square_alarms.merge(other.chi_square_alarms);
  }
};

AlarmTally watch(const Settings& settings, std::uint64_t experiments, double share) {
  return simulate<AlarmTally>(settings, experiments, "split",
                              [share](RandomStream& random, AlarmTally& tally) {
                                constexpr std::array<double, 2> kPlan{1, 1};
                                std::array<std::uint64_t, 2> counts{};
                                SampleRatioSequenceOptions options;
                                bool chi_square_alarm = false;
                                for (int look = 0; look < kLooks; ++look) {
                                  for (std::uint64_t i = 0; i < kUnitsPerLook; ++i)
                                    ++counts[random.bernoulli(share) ? 0 : 1];
                                  if (const auto seen = sample_ratio_sequence_look(counts, kPlan, options))
                                    options.p_value_before = seen->p_value;
                                  const auto fixed = sample_ratio_test(counts, kPlan);
                                  chi_square_alarm = chi_square_alarm || (fixed && fixed->p_value < kAlpha);
                                }
                                tally.sequence_alarms.count(options.p_value_before <= kAlpha);
                                tally.chi_square_alarms.count(chi_square_alarm);
                              });
}

}  // namespace

std::vector<Line> measure_s7(const Settings& settings) {
  const AlarmTally null = watch(settings, settings.experiments(4000), 0.5);
  const AlarmTally broken = watch(settings, settings.experiments(1000), 0.49);
  return {{"S7", "sample ratio, 100 looks, alpha .001: false alarms", null.sequence_alarms.trials, "<= .1 %",
           percent(null.sequence_alarms), "",
           "<= .1 % (e-process); chi-square 1.1-1.6 %, on these data " + percent(null.chi_square_alarms),
           null.sequence_alarms.at_most(kAlpha)},
          {"S7", "the same at 49 : 51 of 100,000 users: alarms (power)", broken.sequence_alarms.trials,
           ">= 95 %", percent(broken.sequence_alarms), "",
           "98.6 %; chi-square on these data " + percent(broken.chi_square_alarms),
           broken.sequence_alarms.at_least(0.95)}};
}

}  // namespace splitplot::calibration
