#include "json_words.hpp"

namespace splitplot::report {

std::string_view word(stats::Correction correction) {
  switch (correction) {
    case stats::Correction::None:
      return "none";
    case stats::Correction::Bonferroni:
      return "bonferroni";
    case stats::Correction::Sidak:
      return "sidak";
    case stats::Correction::Holm:
      return "holm";
    case stats::Correction::HolmSidak:
      return "holm_sidak";
    case stats::Correction::Hochberg:
      return "hochberg";
    case stats::Correction::HochbergSidak:
      return "hochberg_sidak";
    case stats::Correction::Hommel:
      return "hommel";
    case stats::Correction::BenjaminiYekutieli:
      return "benjamini_yekutieli";
    case stats::Correction::BenjaminiHochberg:
      break;
  }
  return "benjamini_hochberg";
}

std::string_view word(experiment::FamilyStructure structure, stats::Correction correction) {
  return structure == experiment::FamilyStructure::BySegment ? "hierarchical" : word(correction);
}

std::string_view word(experiment::Severity severity) {
  switch (severity) {
    case experiment::Severity::Note:
      return "note";
    case experiment::Severity::Warning:
      return "warning";
    case experiment::Severity::Problem:
      break;
  }
  return "problem";
}

std::string_view word(experiment::MetricKind kind) {
  return kind == experiment::MetricKind::Proportion ? "proportion" : "mean";
}

std::string_view word(experiment::MetricRole role) {
  switch (role) {
    case experiment::MetricRole::Primary:
      return "primary";
    case experiment::MetricRole::Secondary:
      return "secondary";
    case experiment::MetricRole::Guardrail:
      return "guardrail";
    case experiment::MetricRole::Exploratory:
      break;
  }
  return "exploratory";
}

std::string_view word(experiment::Monitoring monitoring) {
  switch (monitoring) {
    case experiment::Monitoring::Sequential:
      return "sequential";
    case experiment::Monitoring::GroupSequential:
      return "group_sequential";
    case experiment::Monitoring::FixedHorizon:
      break;
  }
  return "fixed_horizon";
}

std::string_view word(store::RepeatedUnits repeated) {
  switch (repeated) {
    case store::RepeatedUnits::Refuse:
      return "refuse";
    case store::RepeatedUnits::First:
      return "first";
    case store::RepeatedUnits::Sum:
      break;
  }
  return "sum";
}

std::string_view word(stats::Assumption assumption) {
  switch (assumption) {
    case stats::Assumption::IndependentUnits:
      return "independent_units";
    case stats::Assumption::RandomisedUnits:
      return "randomised_units";
    case stats::Assumption::OneLook:
      return "one_look";
    case stats::Assumption::PlannedLooks:
      return "planned_looks";
    case stats::Assumption::LargeSample:
      return "large_sample";
    case stats::Assumption::NormalValues:
      return "normal_values";
    case stats::Assumption::EqualVariances:
      return "equal_variances";
    case stats::Assumption::KnownVariance:
      return "known_variance";
    case stats::Assumption::IndependentClusters:
      return "independent_clusters";
    case stats::Assumption::CovariateBeforeExposure:
      return "covariate_before_exposure";
    case stats::Assumption::KnownStrata:
      return "known_strata";
    case stats::Assumption::ExchangeableSegments:
      return "exchangeable_segments";
    case stats::Assumption::NormalEffects:
      return "normal_effects";
    case stats::Assumption::StatedPrior:
      return "stated_prior";
    case stats::Assumption::IndependentTests:
      return "independent_tests";
    case stats::Assumption::WinsorisedMetric:
      return "winsorised_metric";
    case stats::Assumption::StableRate:
      return "stable_rate";
    case stats::Assumption::Count:
      break;
  }
  return "unknown";
}

}  // namespace splitplot::report
