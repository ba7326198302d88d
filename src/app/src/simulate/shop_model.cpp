#include "simulate/shop_model.hpp"

#include <splitplot/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace splitplot::app::simulate {
namespace {

using std::chrono::milliseconds;

constexpr double kEagernessSpread = 0.25;
constexpr double kMostProbability = 0.95;
constexpr double kDrift = 0.06;
constexpr double kDriftDays = 30;
constexpr milliseconds kShortestPause = std::chrono::hours(2);  ///< between visits; longer than any visit

/// What a stream is for; every use has its own, so that a new one changes no other.
enum class Draw : std::uint64_t { Visitor = 1, Arrival = 2, Plan = 3, Next = 4, Course = 5, Tag = 6 };

/// SplitMix64's finaliser: spreads neighbouring numbers over all bits.
std::uint64_t mixed(std::uint64_t bits) {
  bits += 0x9E3779B97F4A7C15ULL;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  return bits ^ (bits >> 31);
}

RandomStream stream(std::uint64_t seed, Draw what, std::uint64_t visitor = 0, std::uint64_t visit = 0) {
  return RandomStream(mixed(mixed(mixed(seed ^ (static_cast<std::uint64_t>(what) << 56)) ^ visitor) ^ visit));
}

template <typename Range, typename Share>
std::size_t choose(const Range& range, RandomStream& random, Share share) {
  double left = random.uniform();
  for (std::size_t i = 0; i < range.size(); ++i) {
    left -= share(range[i]);
    if (left < 0) return i;
  }
  return range.size() - 1;
}

double exponential(RandomStream& random) {
  return -std::log1p(-random.uniform());
}

milliseconds seconds_ms(double seconds) {
  return milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000)));
}

Timestamp after_days(Timestamp time, double days) {
  return time + seconds_ms(days * 86'400);
}

/// 0 at the first visit's full effect: 1 is what a factor tends to as it fades.
double faded(double factor, double strength) {
  return 1 + (factor - 1) * strength;
}

Effect faded(const Effect& effect, double strength) {
  return {faded(effect.adds, strength), faded(effect.checks_out, strength), faded(effect.completes, strength),
          faded(effect.contacts, strength), faded(effect.amount, strength)};
}

void apply(VisitRates& rates, const Effect& effect) {
  rates.adds *= effect.adds;
  rates.checks_out *= effect.checks_out;
  rates.completes *= effect.completes;
  rates.contacts *= effect.contacts;
  rates.mean_amount *= effect.amount;
}

}  // namespace

double traffic_factor(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto hour = static_cast<std::size_t>(std::chrono::floor<std::chrono::hours>(time - day).count());
  return kHourFactors[hour] * kWeekdayFactors[std::chrono::weekday(day).c_encoding()];
}

ShopModel::ShopModel(ShopOptions options, Timestamp opened) : options_(std::move(options)), opened_(opened) {
  RandomStream random = stream(options_.seed, Draw::Tag);
  for (int i = 0; i < 4; ++i) tag_ += "abcdefghjkmnpqrstuvwxyz"[random.below(23)];
}

double ShopModel::days_since_opening(Timestamp time) const {
  return std::chrono::duration<double, std::ratio<86'400>>(time - opened_).count();
}

Visitor ShopModel::visitor(std::uint64_t number, Timestamp arrival) const {
  RandomStream random = stream(options_.seed, Draw::Visitor, number);
  const auto share = [](const auto& kind) { return kind.share; };
  Visitor visitor;
  visitor.number = number;
  visitor.arrival = arrival;
  visitor.group = choose(kShopGroups, random, share);
  visitor.device = choose(kDevices, random, share);
  visitor.browser = choose(kBrowsers, random, share);
  visitor.country = choose(kCountries, random, share);
  visitor.eagerness = std::exp(kEagernessSpread * random.normal() - kEagernessSpread * kEagernessSpread / 2);
  const Disturbances& untidy = options_.disturbances;
  const bool anonymous = random.bernoulli(untidy.anonymous);
  const std::uint32_t anonymous_visits = 1 + static_cast<std::uint32_t>(random.below(2));
  if (anonymous) visitor.anonymous_visits = anonymous_visits;
  const bool skewed = random.bernoulli(untidy.skewed);
  const milliseconds error = seconds_ms(7200 * random.normal());
  if (skewed) visitor.clock_error = error;
  visitor.is_bot = random.bernoulli(untidy.bots);
  return visitor;
}

Timestamp ShopModel::arrival_between(std::uint64_t number, Timestamp from, Timestamp until) const {
  RandomStream random = stream(options_.seed, Draw::Arrival, number);
  const std::chrono::duration<double, std::milli> span = until - from;
  while (true) {  // by rejection: a time of the span is taken as often as there is traffic
    const Timestamp time = from + milliseconds(static_cast<std::int64_t>(span.count() * random.uniform()));
    if (random.uniform() * kBusiest < traffic_factor(time)) return time;
  }
}

VisitPlan ShopModel::plan(const Visitor& visitor, std::uint32_t number, Timestamp start) const {
  RandomStream random = stream(options_.seed, Draw::Plan, visitor.number, number);
  const ShopGroup& group = kShopGroups[visitor.group];
  VisitPlan plan;
  plan.number = number;
  plan.start = start;
  plan.logged_in = !visitor.is_bot && number >= visitor.anonymous_visits;
  plan.category = choose(kCategoryShares[visitor.group], random, [](double share) { return share; });
  plan.pages = 1 + static_cast<std::uint32_t>(random.below(3));
  const bool sees_product = random.bernoulli(group.views_product);
  const auto products = 1 + static_cast<std::uint32_t>(random.below(3));
  plan.products = sees_product ? products : 0;
  if (visitor.is_bot) plan.products = 25 + 5 * products;
  // Every step takes at least a second, so that nothing happens before what it follows from.
  const auto step = [&](double mean_s) {
    return seconds_ms(1 + std::min(mean_s * exponential(random), 10 * mean_s));
  };
  plan.product_after = step(25.0 * plan.pages);
  plan.add_after = plan.product_after + step(40.0 * std::min(plan.products, 3U));
  plan.checkout_after = plan.add_after + step(45);
  plan.order_after = plan.checkout_after + step(90);
  plan.end_after = plan.order_after + step(15);
  return plan;
}

std::optional<Timestamp> ShopModel::next_visit(const Visitor& visitor, const VisitPlan& plan) const {
  RandomStream random = stream(options_.seed, Draw::Next, visitor.number, plan.number);
  const ShopGroup& group = kShopGroups[visitor.group];
  if (!random.bernoulli(group.comes_again)) return std::nullopt;
  Timestamp time = plan.start + kShortestPause;
  do {  // a Poisson process thinned by traffic; on average a share of 1 / kBusiest is taken
    time = after_days(time, exponential(random) * group.days_between_visits / kBusiest);
  } while (random.uniform() * kBusiest >= traffic_factor(time));
  return time;
}

VisitRates ShopModel::rates(const Visitor& visitor, const VisitPlan& plan, Variants variants) const {
  VisitRates rates;
  if (plan.products == 0 || visitor.is_bot) return rates;
  const ShopGroup& group = kShopGroups[visitor.group];
  const double drift =
      1 + kDrift * std::sin(2 * std::numbers::pi * days_since_opening(plan.start) / kDriftDays);
  rates.adds = group.adds * visitor.eagerness * drift;
  rates.checks_out = plan.logged_in ? group.checks_out : 0;  // the checkout asks who it is
  rates.completes = group.completes;
  rates.contacts = group.contacts;
  rates.mean_amount = std::exp(group.log_amount + group.log_amount_spread * group.log_amount_spread / 2);

  double banner_strength = 1;
  double flow_strength = 1;
  for (const Fault& fault : options_.faults) {
    if (fault.kind != FaultKind::Novelty) continue;
    const std::chrono::duration<double, std::ratio<86'400>> age = plan.start - visitor.arrival;
    const double strength = std::exp2(-age.count() / fault.half_life_days);
    (fault.experiment == kBannerExperiment ? banner_strength : flow_strength) = strength;
  }
  apply(rates, faded(kBannerEffects[visitor.group][variants.banner], banner_strength));
  apply(rates, faded(kFlowEffects[visitor.group][variants.flow], flow_strength));
  apply_faults(rates, visitor, variants);
  for (double* probability : {&rates.adds, &rates.checks_out, &rates.completes, &rates.contacts}) {
    *probability = std::min(*probability, kMostProbability);
  }
  return rates;
}

void ShopModel::apply_faults(VisitRates& rates, const Visitor& visitor, Variants variants) const {
  for (const Fault& fault : options_.faults) {
    if (fault.kind == FaultKind::Interaction && variants.banner == 1 &&
        kFlowVariants[variants.flow] == "express")
      rates.completes *= fault.factor;
    if (fault.kind == FaultKind::Displacement && variants.banner == 1) {
      rates.adds *= 1.3;
      rates.mean_amount *= fault.factor;
    }
    if (fault.kind != FaultKind::Harm || kShopGroups[visitor.group].key != fault.group) continue;
    const std::string_view served =
        fault.experiment == kFlowExperiment ? kFlowVariants[variants.flow] : kBannerVariants[variants.banner];
    if (served == fault.variant) rates.completes *= fault.factor;
  }
}

ShopModel::Draws ShopModel::draws(const Visitor& visitor, const VisitPlan& plan) const {
  RandomStream random = stream(options_.seed, Draw::Course, visitor.number, plan.number);
  Draws draws;
  for (double* uniform : {&draws.adds, &draws.checks_out, &draws.completes, &draws.contacts, &draws.crashes,
                          &draws.repeats, &draws.comes_late, &draws.lateness}) {
    *uniform = random.uniform();
  }
  draws.amount = random.normal();
  return draws;
}

double ShopModel::amount(const Visitor& visitor, const VisitRates& rates, const Draws& draws) const {
  const double spread = kShopGroups[visitor.group].log_amount_spread;
  const double amount = rates.mean_amount * std::exp(spread * draws.amount - spread * spread / 2);
  return std::round(amount * 100) / 100;
}

bool ShopModel::crashes(const Visitor& visitor, const VisitPlan& plan, const Draws& draws,
                        std::string_view experiment, std::string_view variant) const {
  return std::ranges::any_of(options_.faults, [&](const Fault& fault) {
    return fault.kind == FaultKind::SampleRatio && fault.experiment == experiment &&
           fault.variant == variant && kBrowsers[visitor.browser].name == fault.browser &&
           days_since_opening(plan.start) >= fault.from_day && draws.crashes < fault.share;
  });
}

bool ShopModel::is_lost(const Visitor& visitor, const VisitPlan& plan, std::string_view event) const {
  return std::ranges::any_of(options_.faults, [&](const Fault& fault) {
    return fault.kind == FaultKind::Tracking && fault.event == event &&
           kDevices[visitor.device].name == fault.device && days_since_opening(plan.start) >= fault.from_day;
  });
}

}  // namespace splitplot::app::simulate
