#include <splitplot/stats/assumptions.hpp>

namespace splitplot::stats {

std::string_view text_of(Assumption assumption) {
  switch (assumption) {
    case Assumption::IndependentUnits:
      return "no unit influences another, and each is counted once";
    case Assumption::RandomisedUnits:
      return "chance alone decided which variant a unit got";
    case Assumption::OneLook:
      return "the data are judged once, at a size fixed beforehand";
    case Assumption::PlannedLooks:
      return "looks are judged as the spending function plans";
    case Assumption::LargeSample:
      return "there are enough units for means to be close to normal";
    case Assumption::NormalValues:
      return "the values are close to normal";
    case Assumption::EqualVariances:
      return "the groups have the same variance";
    case Assumption::KnownVariance:
      return "the variance is known";
    case Assumption::IndependentClusters:
      return "rows hang together within a unit only";
    case Assumption::CovariateBeforeExposure:
      return "no variant can have moved the covariates";
    case Assumption::KnownStrata:
      return "strata were fixed before exposure";
    case Assumption::ExchangeableSegments:
      return "beforehand nothing sets one segment's effect apart from another's";
    case Assumption::NormalEffects:
      return "true effects scatter over segments like a normal distribution";
    case Assumption::StatedPrior:
      return "beliefs before the data are as the prior says";
    case Assumption::IndependentTests:
      return "the tests of the family are independent or positively dependent";
    case Assumption::WinsorisedMetric:
      return "the effect is on the capped metric";
    case Assumption::StableRate:
      return "traffic and behaviour go on as they were";
    case Assumption::Count:
      break;
  }
  return "unknown";
}

std::string_view text_of(Concern concern) {
  switch (concern) {
    case Concern::SkewedForItsSize:
      return "the values are so skewed for so few units that the interval may miss the truth more often than "
             "stated";
    case Concern::FewUnits:
      return "there are too few units to check the assumptions by";
    case Concern::FewSuccesses:
      return "there are so few successes or failures that approximations are rough";
    case Concern::FewClusters:
      return "there are so few units that the spread between them is hardly known";
    case Concern::FewSegments:
      return "there are so few segments that the prior decides how far they are pooled";
    case Concern::Count:
      break;
  }
  return "unknown";
}

}  // namespace splitplot::stats
