// S5: a test that is looked at a hundred times, from the first hundred units an arm on.
#include "scorecard.hpp"

#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr int kLooks = 100;
constexpr std::uint64_t kUnitsPerLook = 100;  // an arm
constexpr std::uint64_t kTunedFor = 10000;

struct PeekingTally {
  Rate sequence_ever_rejects;
  Rate interval_ever_misses;
  Rate fixed_ever_rejects;

  void merge(const PeekingTally& other) {
    sequence_ever_rejects.merge(other.sequence_ever_rejects);
    interval_ever_misses.merge(other.interval_ever_misses);
    fixed_ever_rejects.merge(other.fixed_ever_rejects);
  }
};

/// `draw_control(random)` and `draw_treatment(random)` make a unit's value; `truth` is the difference of their means.
template <typename Control, typename Treatment>
PeekingTally peek(const Settings& settings, const char* name, double truth, const Control& draw_control,
                  const Treatment& draw_treatment) {
  return simulate<PeekingTally>(
      settings, settings.experiments(4000), name, [&](RandomStream& random, PeekingTally& tally) {
        Moments control;
        Moments treatment;
        bool rejected = false;
        bool missed = false;
        bool fixed_rejected = false;
        for (int look = 0; look < kLooks; ++look) {
          for (std::uint64_t i = 0; i < kUnitsPerLook; ++i) control.add(draw_control(random));
          for (std::uint64_t i = 0; i < kUnitsPerLook; ++i) treatment.add(draw_treatment(random));
          const auto difference = compare_means(control, treatment);
          if (!difference) continue;
          fixed_rejected = fixed_rejected || difference->p_value <= 0.05;
          const auto sequence = asymptotic_confidence_sequence(difference->value, difference->standard_error,
                                                               control.count + treatment.count, kTunedFor);
          if (!sequence) continue;
          rejected = rejected || sequence->p_value <= 0.05;
          missed = missed || std::abs(difference->value - truth) > sequence->half_width;
        }
        tally.sequence_ever_rejects.count(rejected);
        tally.interval_ever_misses.count(missed);
        tally.fixed_ever_rejects.count(fixed_rejected);
      });
}

Line line_of(const std::string& what, const PeekingTally& null, const PeekingTally& effect,
             const std::string& stated) {
  return {"S5",
          "100 looks from n = 100 an arm, " + what,
          null.sequence_ever_rejects.trials,
          "<= 5 % in all modes",
          percent(null.sequence_ever_rejects),
          "power on " + stated + ": " + percent(effect.sequence_ever_rejects) +
              "; interval ever misses that truth " + percent(effect.interval_ever_misses),
          "2.6 % absolute, 7.2-9.6 % relative (gbstats sequential); fixed t on these data " +
              percent(null.fixed_ever_rejects),
          null.sequence_ever_rejects.at_most(0.05) && effect.interval_ever_misses.at_most(0.05)};
}

}  // namespace

std::vector<Line> measure_s5(const Settings& settings) {
  const auto rate = [](double p) {
    return [p](RandomStream& random) { return random.bernoulli(p) ? 1.0 : 0.0; };
  };
  const auto amount = [](double factor) {
    return [factor](RandomStream& random) { return factor * lognormal(random, 0, 1); };
  };
  const double mean_amount = std::exp(0.5);
  return {line_of("rate .10, absolute", peek(settings, "peek rate", 0, rate(0.1), rate(0.1)),
                  peek(settings, "peek rate effect", 0.025, rate(0.1), rate(0.125)), ".10 to .125"),
          line_of("lognormal, absolute", peek(settings, "peek amount", 0, amount(1), amount(1)),
                  peek(settings, "peek amount effect", 0.1 * mean_amount, amount(1), amount(1.1)), "+10 %")};
}

}  // namespace splitplot::calibration
