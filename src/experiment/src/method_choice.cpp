#include "method_choice.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

std::string_view plural_of(MetricKind kind) {
  return kind == MetricKind::Proportion ? "proportions" : "means";
}

bool fits(const StatedPrior& prior, MetricKind kind) {
  return kind == MetricKind::Proportion || !std::holds_alternative<stats::BetaPrior>(prior);
}

/// Why this test, as a clause; `asked` where it was named.
std::string_view reason_for(stats::TestMethod test, bool asked) {
  using Test = stats::TestMethod;
  if (test == Test::ConfidenceSequence) return "the test was watched, and this holds at every look";
  if (test == Test::AdjustedT) return "covariates take out what was known before the exposure";
  if (asked) return "the test was asked for";
  switch (test) {
    case Test::PooledZ:
      return "there are 200 units or more, and 10 or more successes and failures are expected in each "
             "variant";
    case Test::Boschloo:
      return "fewer than 200 units, or fewer than 10 expected successes or failures, call for an exact test, "
             "and "
             "this one finds more than Fisher's";
    case Test::FisherExact:
      return "fewer than 10 expected successes or failures call for an exact test, and there are too many "
             "units for "
             "Boschloo's";
    case Test::WelchT:
      return "the variants need not have the same variance";
    default:
      return "the test was asked for";
  }
}

std::string_view reason_for(stats::IntervalMethod interval) {
  switch (interval) {
    case stats::IntervalMethod::Newcombe:
      return "Newcombe's interval covers as stated also near 0 and 1";
    case stats::IntervalMethod::MiettinenNurminen:
      return "the interval inverts the score test";
    default:
      return "";
  }
}

std::string option_for(const MethodUsed& used) {
  using Test = stats::TestMethod;
  switch (used.test) {
    case Test::ConfidenceSequence:
      return "leave out --sequential";
    case Test::AdjustedT:
      return "leave out --covariate";
    case Test::WelchT:
    case Test::StudentT:
      return "--method NAME=welch, student";
    default:
      return "--method NAME=pooled-z, fisher, boschloo, barnard, score; --interval newcombe, score";
  }
}

bool same_way(const MethodUsed& used, const stats::Difference& difference, const std::string& why) {
  return used.test == difference.test && used.interval_method == difference.interval_method &&
         used.why == why;
}

}  // namespace

stats::ProportionTest proportion_test(ComparisonMethod method) {
  switch (method) {
    case ComparisonMethod::PooledZ:
      return stats::ProportionTest::PooledZ;
    case ComparisonMethod::Fisher:
      return stats::ProportionTest::FisherExact;
    case ComparisonMethod::Boschloo:
      return stats::ProportionTest::Boschloo;
    case ComparisonMethod::Barnard:
      return stats::ProportionTest::BarnardPooled;
    case ComparisonMethod::Score:
      return stats::ProportionTest::MiettinenNurminen;
    case ComparisonMethod::Automatic:
    case ComparisonMethod::Welch:
    case ComparisonMethod::Student:
      break;
  }
  return stats::ProportionTest::Automatic;
}

bool is_exact(stats::TestMethod test) {
  using Test = stats::TestMethod;
  return test == Test::FisherExact || test == Test::Boschloo || test == Test::BarnardPooled ||
         test == Test::BarnardUnpooled;
}

Result<void> choose_statistics(const AnalysisRequest& request, const std::string& metric_name,
                               ComparisonSettings& settings) {
  const MethodChoices& methods = request.methods;
  settings.method = settings.kind == MetricKind::Proportion ? methods.proportions : methods.means;
  if (const auto own = methods.by_metric.find(metric_name); own != methods.by_metric.end()) {
    const auto kind = kind_of(own->second);
    if (kind && *kind != settings.kind) {
      return fail(
          ErrorCode::InvalidArgument,
          fmt::format("the method {} compares {}, and '{}' is compared as a {}", word_of(own->second),
                      plural_of(*kind), metric_name,
                      settings.kind == MetricKind::Proportion ? "proportion" : "mean"),
          fmt::format("for {} there are auto, {}", plural_of(settings.kind), methods_for(settings.kind)));
    }
    settings.method = own->second;
  }
  using Interval = stats::ProportionDifferenceInterval;
  settings.interval = methods.interval.value_or(
      settings.method == ComparisonMethod::Score ? Interval::MiettinenNurminen : Interval::Newcombe);
  const StatedPrior& prior = request.priors.of(metric_name);
  if (!fits(prior, settings.kind)) {
    if (!request.priors.by_metric.contains(metric_name)) return {};
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("the prior {} is of a rate, and '{}' is compared as a mean", text_of(prior), metric_name),
        "for means there are flat, normal:SD, normal:MEAN,SD and t:SCALE,DF");
  }
  settings.prior = prior;
  return {};
}

Result<void> check_choices_are_used(const AnalysisRequest& request,
                                    const std::vector<MetricResult>& metrics) {
  const auto any = [&](MetricKind kind) {
    return std::ranges::any_of(metrics, [&](const MetricResult& metric) { return metric.kind == kind; });
  };
  const auto unused = [&](std::string_view option, std::string_view word, MetricKind kind) {
    const MetricKind other = kind == MetricKind::Mean ? MetricKind::Proportion : MetricKind::Mean;
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("{} {} is for {}, and no metric is compared as one", option, word, plural_of(kind)),
        option == "--method" ? fmt::format("for {} there are auto, {}", plural_of(other), methods_for(other))
                             : fmt::format("the metrics are compared as {}", plural_of(other)));
  };
  const MethodChoices& methods = request.methods;
  if (methods.proportions != ComparisonMethod::Automatic && !any(MetricKind::Proportion))
    return unused("--method", word_of(methods.proportions), MetricKind::Proportion);
  if (methods.means != ComparisonMethod::Automatic && !any(MetricKind::Mean))
    return unused("--method", word_of(methods.means), MetricKind::Mean);
  if (methods.interval && !any(MetricKind::Proportion)) {
    const bool newcombe = *methods.interval == stats::ProportionDifferenceInterval::Newcombe;
    return unused("--interval", newcombe ? "newcombe" : "score", MetricKind::Proportion);
  }
  if (std::holds_alternative<BinomialPooling>(request.pooling) && !any(MetricKind::Proportion))
    return unused("--pool", "binomial", MetricKind::Proportion);
  if (!fits(request.priors.all, MetricKind::Mean) && !any(MetricKind::Proportion))
    return unused("--prior", text_of(request.priors.all), MetricKind::Proportion);
  return {};
}

std::vector<MethodUsed> methods_used(const Analysis& analysis) {
  const MethodChoices& methods = analysis.request.methods;
  std::vector<MethodUsed> result;
  for (std::size_t metric = 0; metric < analysis.metrics.size(); ++metric) {
    const MetricResult& one = analysis.metrics[metric];
    const auto own = methods.by_metric.find(one.name);
    const ComparisonMethod general = one.kind == MetricKind::Proportion ? methods.proportions : methods.means;
    const bool asked =
        (own == methods.by_metric.end() ? general : own->second) != ComparisonMethod::Automatic;
    for (const Comparison& comparison : one.comparisons) {
      if (!comparison.difference) continue;
      const stats::Difference& difference = *comparison.difference;
      std::string why(reason_for(difference.test, asked));
      if (const auto more = reason_for(difference.interval_method); !more.empty())
        why += fmt::format("; {}", more);
      auto used = std::ranges::find_if(
          result, [&](const MethodUsed& other) { return same_way(other, difference, why); });
      if (used == result.end()) {
        result.push_back({difference.test, difference.interval_method, {}, std::move(why), {}, {}});
        used = result.end() - 1;
        used->change = option_for(*used);
      }
      used->uses.push_back({metric, comparison.variant});
      used->assumptions.insert(difference.assumptions);
    }
  }
  return result;
}

}  // namespace splitplot::experiment
