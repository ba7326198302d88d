/// What a number takes for granted, and what in the data speaks against it: both travel with the estimate, so that a screen can say
/// them beside it. Pure values, thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace splitplot::stats {

/// A set of enumerators, at most 64, in their own order. The enumeration ends with `Count`.
template <typename Enumeration>
class SetOf {
 public:
  constexpr SetOf() = default;
  constexpr SetOf(std::initializer_list<Enumeration> members) {
    for (const Enumeration member : members) insert(member);
  }

  constexpr void insert(Enumeration member) { bits_ |= bit(member); }
  constexpr void insert(SetOf other) { bits_ |= other.bits_; }
  [[nodiscard]] constexpr bool contains(Enumeration member) const { return (bits_ & bit(member)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] std::vector<Enumeration> members() const {
    std::vector<Enumeration> result;
    for (int i = 0; i < static_cast<int>(Enumeration::Count); ++i) {
      if (contains(static_cast<Enumeration>(i))) result.push_back(static_cast<Enumeration>(i));
    }
    return result;
  }
  friend constexpr bool operator==(const SetOf&, const SetOf&) = default;

 private:
  static constexpr std::uint64_t bit(Enumeration member) {
    return std::uint64_t{1} << static_cast<int>(member);
  }
  std::uint64_t bits_ = 0;
};

/// What must hold for a number to mean what it says.
enum class Assumption : std::uint8_t {
  IndependentUnits,         ///< no unit influences another, and each is counted once
  RandomisedUnits,          ///< chance alone decided which variant a unit got
  OneLook,                  ///< the data are judged once, at a size fixed beforehand
  PlannedLooks,             ///< looks are judged as the spending function plans
  LargeSample,              ///< enough units for means to be close to normal
  NormalValues,             ///< the values themselves are close to normal
  EqualVariances,           ///< the groups have the same variance
  KnownVariance,            ///< the variance is known, not estimated
  IndependentClusters,      ///< rows hang together within a unit, units do not
  CovariateBeforeExposure,  ///< no variant can have moved the covariates
  KnownStrata,              ///< strata were fixed before exposure
  ExchangeableSegments,  ///< beforehand nothing is known that sets one segment's effect apart from another's
  NormalEffects,         ///< true effects scatter over segments like a normal distribution
  StatedPrior,           ///< beliefs before the data are as the prior says
  IndependentTests,      ///< the tests of a family are independent, or positively dependent
  WinsorisedMetric,      ///< the effect is on the capped metric
  StableRate,            ///< traffic and behaviour go on as they were
  Count
};

/// What in the data makes an assumption doubtful.
enum class Concern : std::uint8_t {
  SkewedForItsSize,  ///< the values are too skewed for so few units: the interval may miss the truth more often than stated
  FewUnits,      ///< too few units to check anything by
  FewSuccesses,  ///< so few successes or failures that approximations are rough
  FewClusters,   ///< so few units that the spread between them is hardly known
  FewSegments,   ///< so few segments that the prior decides how far they are pooled
  Count
};

using Assumptions = SetOf<Assumption>;
using Concerns = SetOf<Concern>;

/// A clause for people, lower case, without a full stop.
[[nodiscard]] std::string_view text_of(Assumption assumption);
[[nodiscard]] std::string_view text_of(Concern concern);

}  // namespace splitplot::stats
