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
  Rate difference_ever_rejects;
  Rate difference_ever_misses;
  Rate lift_ever_rejects;
  Rate lift_ever_misses;
  Rate delta_ever_rejects;  // the lift by the delta method, as peers do it
  Rate fixed_ever_rejects;

  void merge(const PeekingTally& other) {
    difference_ever_rejects.merge(other.difference_ever_rejects);
    difference_ever_misses.merge(other.difference_ever_misses);
    lift_ever_rejects.merge(other.lift_ever_rejects);
    lift_ever_misses.merge(other.lift_ever_misses);
    delta_ever_rejects.merge(other.delta_ever_rejects);
    fixed_ever_rejects.merge(other.fixed_ever_rejects);
  }
};

/// What happened at any look so far.
struct Ever {
  bool difference_rejects = false;
  bool difference_misses = false;
  bool lift_rejects = false;
  bool lift_misses = false;
  bool delta_rejects = false;
  bool fixed_rejects = false;
};

/// Two streams of values with these means.
template <typename Control, typename Treatment>
struct Experiment {
  const char* name;
  Control draw_control;
  Treatment draw_treatment;
  double control_mean;
  double treatment_mean;
};

/// One look. `truth` are the true means.
template <typename Truth>
void look_at(const Moments& control, const Moments& treatment, const Truth& truth, Ever& ever) {
  const auto difference = compare_means(control, treatment);
  if (!difference) return;
  ever.fixed_rejects = ever.fixed_rejects || difference->p_value <= 0.05;
  const std::uint64_t units = control.count + treatment.count;
  if (const auto sequence =
          asymptotic_confidence_sequence(difference->value, difference->standard_error, units, kTunedFor)) {
    ever.difference_rejects = ever.difference_rejects || sequence->p_value <= 0.05;
    const double error = difference->value - (truth.treatment_mean - truth.control_mean);
    ever.difference_misses = ever.difference_misses || std::abs(error) > sequence->half_width;
  }
  const auto lift = [&](RelativeMethod method) {
    return relative_confidence_sequence(control.mean, control.variance_of_mean(), treatment.mean,
                                        treatment.variance_of_mean(), units, kTunedFor, 0.95, method);
  };
  if (const auto fieller = lift(RelativeMethod::Fieller)) {
    ever.lift_rejects = ever.lift_rejects || !fieller->lift.interval.contains(0);
    ever.lift_misses =
        ever.lift_misses || !fieller->lift.interval.contains(truth.treatment_mean / truth.control_mean - 1);
  }
  if (const auto delta = lift(RelativeMethod::Delta))
    ever.delta_rejects = ever.delta_rejects || !delta->lift.interval.contains(0);
}

template <typename Control, typename Treatment>
PeekingTally peek(const Settings& settings, const Experiment<Control, Treatment>& experiment) {
  return simulate<PeekingTally>(settings, settings.experiments(4000), experiment.name,
                                [&](RandomStream& random, PeekingTally& tally) {
                                  Moments control;
                                  Moments treatment;
                                  Ever ever;
                                  for (int look = 0; look < kLooks; ++look) {
                                    for (std::uint64_t i = 0; i < kUnitsPerLook; ++i)
                                      control.add(experiment.draw_control(random));
                                    for (std::uint64_t i = 0; i < kUnitsPerLook; ++i)
                                      treatment.add(experiment.draw_treatment(random));
                                    look_at(control, treatment, experiment, ever);
                                  }
                                  tally.difference_ever_rejects.count(ever.difference_rejects);
                                  tally.difference_ever_misses.count(ever.difference_misses);
                                  tally.lift_ever_rejects.count(ever.lift_rejects);
                                  tally.lift_ever_misses.count(ever.lift_misses);
                                  tally.delta_ever_rejects.count(ever.delta_rejects);
                                  tally.fixed_ever_rejects.count(ever.fixed_rejects);
                                });
}

void add_lines(std::vector<Line>& lines, const std::string& values, const std::string& stated,
               const PeekingTally& null, const PeekingTally& effect) {
  const std::string where = "100 looks from n = 100 an arm, " + values;
  const auto add = [&](const std::string& mode, const Rate& false_alarms, const Rate& power,
                       const Rate& misses, const std::string& peer) {
    lines.push_back({"S5", where + mode, false_alarms.trials, "<= 5 % in all modes", percent(false_alarms),
                     "power on " + stated + ": " + percent(power) + "; interval ever misses that truth " +
                         percent(misses),
                     peer, false_alarms.at_most(0.05) && misses.at_most(0.05)});
  };
  add(", absolute", null.difference_ever_rejects, effect.difference_ever_rejects,
      effect.difference_ever_misses,
      "up to 2.6 % (gbstats sequential); fixed t on these data " + percent(null.fixed_ever_rejects));
  add(", relative", null.lift_ever_rejects, effect.lift_ever_rejects, effect.lift_ever_misses,
      "7.2-9.6 % (gbstats sequential); delta method on these data " + percent(null.delta_ever_rejects));
}

}  // namespace

std::vector<Line> measure_s5(const Settings& settings) {
  const auto rate = [](double p) {
    return [p](RandomStream& random) { return random.bernoulli(p) ? 1.0 : 0.0; };
  };
  const auto amount = [](double factor) {
    return [factor](RandomStream& random) { return factor * lognormal(random, 0, 1); };
  };
  const double mean = std::exp(0.5);
  std::vector<Line> lines;
  add_lines(lines, "rate .10", ".10 to .125",
            peek(settings, Experiment{"peek rate", rate(0.1), rate(0.1), 0.1, 0.1}),
            peek(settings, Experiment{"peek rate effect", rate(0.1), rate(0.125), 0.1, 0.125}));
  add_lines(lines, "lognormal", "+10 %",
            peek(settings, Experiment{"peek amount", amount(1), amount(1), mean, mean}),
            peek(settings, Experiment{"peek amount effect", amount(1), amount(1.1), mean, 1.1 * mean}));
  return lines;
}

}  // namespace splitplot::calibration
