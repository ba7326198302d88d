// S1 to S3: comparisons at a fixed horizon, on skewed revenue and rare conversions; and Welch's t and the pooled z at the edge of what they
// are used for.
#include "scorecard.hpp"

#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr double kAlpha = 0.05;

/// Zero-inflated revenue: this share of units buys, for a lognormal amount.
struct Revenue {
  double share;
  double sd_of_log;
};

double draw(RandomStream& random, const Revenue& revenue, double factor) {
  return random.bernoulli(revenue.share) ? factor * lognormal(random, 3, revenue.sd_of_log) : 0.0;
}

/// The relative lift by the delta method, as peers do it: measured in the same run.
bool delta_method_rejects(const Moments& control, const Moments& treatment, double critical) {
  const double ratio = treatment.mean / control.mean;
  const double variance = treatment.variance_of_mean() / (control.mean * control.mean) +
                          ratio * ratio * control.variance_of_mean() / (control.mean * control.mean);
  return std::abs(ratio - 1) > critical * std::sqrt(variance);
}

struct LiftTally {
  Rate fieller_rejects;
  Rate welch_rejects;
  Rate delta_rejects;
  Rate no_answer;

  void merge(const LiftTally& other) {
    fieller_rejects.merge(other.fieller_rejects);
    welch_rejects.merge(other.welch_rejects);
    delta_rejects.merge(other.delta_rejects);
    no_answer.merge(other.no_answer);
  }
};

LiftTally lift_of_means(const Settings& settings, std::uint64_t experiments, const Revenue& revenue,
                        double factor) {
  return simulate<LiftTally>(
      settings, experiments, "revenue", [&revenue, factor](RandomStream& random, LiftTally& tally) {
        const auto value = [&revenue](double times) {
          return [&revenue, times](RandomStream& stream) { return draw(stream, revenue, times); };
        };
        const Moments control = draw_moments(random, 1000, value(1));
        const Moments treatment = draw_moments(random, 1000, value(factor));
        const auto difference = compare_means(control, treatment);
        const double critical =
            student_t_quantile(1 - kAlpha / 2, welch_degrees_of_freedom(control, treatment));
        const auto lift = fieller_lift(control.mean, control.variance_of_mean(), treatment.mean,
                                       treatment.variance_of_mean(), critical);
        tally.no_answer.count(!lift || !difference);
        tally.fieller_rejects.count(lift && !lift->interval.contains(0));
        tally.welch_rejects.count(difference && difference->p_value <= kAlpha);
        tally.delta_rejects.count(delta_method_rejects(control, treatment, critical));
      });
}

LiftTally lift_of_rates(const Settings& settings, std::uint64_t experiments, double control_rate,
                        double treatment_rate) {
  return simulate<LiftTally>(settings, experiments, "rare rate", [=](RandomStream& random, LiftTally& tally) {
    const SuccessCount control = draw_successes(random, 1000, control_rate);
    const SuccessCount treatment = draw_successes(random, 1000, treatment_rate);
    const auto difference = compare_proportions(control, treatment);
    const auto variance = [](const SuccessCount& arm) {
      return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
    };
    const double critical = normal_quantile(1 - kAlpha / 2);
    const auto lift =
        fieller_lift(control.rate(), variance(control), treatment.rate(), variance(treatment), critical);
    tally.no_answer.count(!lift || !difference);
    tally.fieller_rejects.count(lift && !lift->interval.contains(0));
    tally.welch_rejects.count(difference && difference->p_value <= kAlpha);
    const double ratio = control.successes == 0 ? 1 : treatment.rate() / control.rate();
    const double spread = control.successes == 0 || treatment.successes == 0
                              ? 1
                              : ratio * std::sqrt(1 / static_cast<double>(control.successes) +
                                                  1 / static_cast<double>(treatment.successes));
    tally.delta_rejects.count(std::abs(ratio - 1) > critical * spread);
  });
}

struct CoverageTally {
  Rate covered;
  Rate answered;
  Rate leaves_out_zero;
  Rate wald_answers;

  void merge(const CoverageTally& other) {
    covered.merge(other.covered);
    answered.merge(other.answered);
    leaves_out_zero.merge(other.leaves_out_zero);
    wald_answers.merge(other.wald_answers);
  }
};

CoverageTally coverage(const Settings& settings, std::uint64_t experiments, double control_rate,
                       double treatment_rate) {
  return simulate<CoverageTally>(
      settings, experiments, "coverage", [=](RandomStream& random, CoverageTally& tally) {
        const SuccessCount control = draw_successes(random, 200, control_rate);
        const SuccessCount treatment = draw_successes(random, 200, treatment_rate);
        const auto difference = compare_proportions(control, treatment);
        tally.answered.count(difference.has_value());
        tally.covered.count(difference && difference->interval.contains(treatment_rate - control_rate));
        tally.leaves_out_zero.count(difference && !difference->interval.contains(0));
        // A peer refuses where an arm has no success.
        tally.wald_answers.count(control.successes > 0 && treatment.successes > 0);
      });
}

}  // namespace

std::vector<Line> measure_s1(const Settings& settings) {
  std::vector<Line> lines;
  for (const Revenue& revenue : {Revenue{0.1, 1}, Revenue{0.04, 1.2}}) {
    const LiftTally null = lift_of_means(settings, settings.experiments(20000), revenue, 1);
    const LiftTally effect = lift_of_means(settings, settings.experiments(2000), revenue, 3);
    const std::string where = "A/A revenue, " + percent(revenue.share) + " buy, n = 1,000 an arm: ";
    const std::string peer =
        "8.9 % (gbstats, delta method); delta method on these data " + percent(null.delta_rejects);
    const std::string refused = "; no answer in " + percent(null.no_answer.value());
    lines.push_back({"S1", where + "lift (Fieller)", null.fieller_rejects.trials, "4.5-5.5 %, or below",
                     percent(null.fieller_rejects),
                     "power on +200 %: " + percent(effect.fieller_rejects) + refused, peer,
                     null.fieller_rejects.at_most(0.055)});
    lines.push_back({"S1", where + "difference (Welch)", null.welch_rejects.trials, "4.5-5.5 %, or below",
                     percent(null.welch_rejects),
                     "power on +200 %: " + percent(effect.welch_rejects) + refused, "",
                     null.welch_rejects.at_most(0.055)});
  }
  return lines;
}

std::vector<Line> measure_s2(const Settings& settings) {
  const LiftTally null = lift_of_rates(settings, settings.experiments(20000), 0.01, 0.01);
  const LiftTally effect = lift_of_rates(settings, settings.experiments(2000), 0.01, 0.03);
  const auto line = [&](const char* what, const Rate& ours, const Rate& power) {
    return Line{"S2",
                std::string("A/A rate .01, n = 1,000 an arm: ") + what,
                ours.trials,
                "<= 5.5 %",
                percent(ours),
                "power on .01 to .03: " + percent(power) + "; no answer in " + percent(null.no_answer),
                "8.0 % (gbstats); delta method on these data " + percent(null.delta_rejects),
                ours.at_most(0.055)};
  };
  return {line("lift (Fieller)", null.fieller_rejects, effect.fieller_rejects),
          line("difference (p-value)", null.welch_rejects, effect.welch_rejects)};
}

std::vector<Line> measure_s3(const Settings& settings) {
  const CoverageTally null = coverage(settings, settings.experiments(20000), 0.01, 0.01);
  const CoverageTally effect = coverage(settings, settings.experiments(2000), 0.01, 0.08);
  return {{"S3", "95 % interval of a difference, rate .01, n = 200 an arm", null.covered.trials,
           ">= 94 %, always an answer", percent(null.covered),
           "answered " + percent(null.answered.value()) +
               "; leaves out 0 when .01 goes to .08: " + percent(effect.leaves_out_zero),
           "no result in 25 % of runs (gbstats); an arm without success in " +
               percent(1 - null.wald_answers.value()) + " of these",
           null.covered.at_least(0.94) && null.answered.value() == 1}};
}

std::vector<Line> measure_edges(const Settings& settings) {
  const auto welch = [&](const char* name, auto draw_control, auto draw_treatment, std::uint64_t n_c,
                         std::uint64_t n_t) {
    return simulate<Rate>(settings, settings.experiments(20000), name,
                          [=](RandomStream& random, Rate& rejects) {
                            const auto difference = compare_means(draw_moments(random, n_c, draw_control),
                                                                  draw_moments(random, n_t, draw_treatment));
                            rejects.count(difference && difference->p_value <= kAlpha);
                          });
  };
  const auto narrow = [](RandomStream& random) { return random.normal(); };
  const auto wide = [](RandomStream& random) { return 3 * random.normal(); };
  const auto wide_shifted = [](RandomStream& random) { return 2.2 + 3 * random.normal(); };
  const auto exponential = [](RandomStream& random) { return -std::log1p(-random.uniform()); };
  const auto exponential_more = [](RandomStream& random) { return -1.12 * std::log1p(-random.uniform()); };
  const Rate unequal = welch("unequal spread", narrow, wide, 40, 20);
  const Rate skewed = welch("exponential", exponential, exponential, 1420, 1420);
  const Rate edge = simulate<Rate>(
      settings, settings.experiments(20000), "pooled z", [](RandomStream& random, Rate& rejects) {
        const auto difference =
            compare_proportions(draw_successes(random, 1000, 0.012), draw_successes(random, 1000, 0.012));
        rejects.count(difference && difference->p_value <= kAlpha);
      });
  const auto line = [](const char* what, const Rate& rate, double target, const std::string& beside) {
    return Line{"-",           what,   rate.trials, "<= " + percent(target),
                percent(rate), beside, "",          rate.at_most(target)};
  };
  return {line("Welch, normal values, sd 1 and 3, n = 40 and 20", unequal, 0.052,
               "power on a shift of 2.2: " + percent(welch("unequal shift", narrow, wide_shifted, 40, 20))),
          line("Welch, exponential values, n = 1,420 an arm", skewed, 0.055,
               "power on +12 %: " +
                   percent(welch("exponential shift", exponential, exponential_more, 1420, 1420))),
          line("pooled z where it takes over: rate .012, n = 1,000 an arm", edge, 0.055, "power: see S2")};
}

}  // namespace splitplot::calibration
