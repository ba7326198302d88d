// The simulated shop: who visits it, when, and what they do there. Everything is a function of the seed and of numbers:
// each visit of each visitor has a random stream of its own, so that nobody's draws depend on anybody else's, nor on what
// was done before. A visit falls into what no variant may change (its plan: when it is, what is looked at) and what
// variants may change (its course), given rates that are exact: the truth (truth.hpp) is computed from these.
//
// Immutable; any thread.
#pragma once

#include "simulate/fault.hpp"
#include "simulate/shop_groups.hpp"

#include <splitplot/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::app::simulate {

/// How untidy the shop's data are. All are shares; 0 is off.
struct Disturbances {
  double bots = 0;        ///< of visitors: look at many products in a row, never log in
  double duplicates = 0;  ///< of requests: sent twice
  double late = 0;        ///< of requests: sent hours later (not a visitor's first)
  double skewed = 0;      ///< of visitors: their clock is wrong
  double anonymous = 0;   ///< of visitors: log in on their second or third visit only
};

struct ShopOptions {
  std::uint64_t seed = 1;
  Disturbances disturbances = {};
  bool with_aa = false;  ///< a third experiment, both of whose variants are the same
  std::vector<Fault> faults = {};
};

struct Visitor {
  std::uint64_t number = 0;
  std::size_t group = 0;  ///< index into kShopGroups
  bool is_bot = false;
  std::size_t device = 0, browser = 0, country = 0;
  double eagerness = 1;  ///< factor on the rate of adding to the cart, mean 1 within a group
  std::uint32_t anonymous_visits = 0;
  std::chrono::milliseconds clock_error{0};
  Timestamp arrival;  ///< of the first visit
};

/// What no variant may change.
struct VisitPlan {
  std::uint32_t number = 0;  ///< of the visitor's visits, from 0
  Timestamp start;
  bool logged_in = true;
  std::size_t category = 0;
  std::uint32_t pages = 1;
  std::uint32_t products = 0;  ///< product pages that are viewed
  /// Since the start, of what happens at all.
  std::chrono::milliseconds product_after{0}, add_after{0}, checkout_after{0}, order_after{0}, end_after{0};
};

/// Which variant of each experiment a visitor is in.
struct Variants {
  std::size_t banner = 0;
  std::size_t flow = 0;
  friend bool operator==(const Variants&, const Variants&) = default;
};

/// Probabilities of one visit, each given the one before it, and the mean of an order.
struct VisitRates {
  double adds = 0;
  double checks_out = 0;
  double completes = 0;
  double contacts = 0;
  double mean_amount = 0;
};

class ShopModel {
 public:
  /// `opened` is day 0 of faults and of drift.
  ShopModel(ShopOptions options, Timestamp opened);

  [[nodiscard]] const ShopOptions& options() const { return options_; }
  [[nodiscard]] Timestamp opened() const { return opened_; }
  /// Four letters of the seed, in every id, so that shops of different seeds never share a user or a message.
  [[nodiscard]] const std::string& tag() const { return tag_; }

  [[nodiscard]] Visitor visitor(std::uint64_t number, Timestamp arrival) const;

  /// When the visitor of this number comes first, if `number` of them spread over [from, until) by hour and weekday.
  [[nodiscard]] Timestamp arrival_between(std::uint64_t number, Timestamp from, Timestamp until) const;

  /// The visit of that number. Deterministic in visitor, number and start.
  [[nodiscard]] VisitPlan plan(const Visitor& visitor, std::uint32_t number, Timestamp start) const;

  /// When the next visit after the planned one starts, if there is one.
  [[nodiscard]] std::optional<Timestamp> next_visit(const Visitor& visitor, const VisitPlan& plan) const;

  [[nodiscard]] VisitRates rates(const Visitor& visitor, const VisitPlan& plan, Variants variants) const;

  /// What is drawn against the rates. The same whatever the variants are: somebody who orders at a rate also orders at
  /// a higher one.
  struct Draws {
    double adds = 0, checks_out = 0, completes = 0, contacts = 0;   ///< uniform
    double amount = 0;                                              ///< standard normal
    double crashes = 0, repeats = 0, comes_late = 0, lateness = 0;  ///< uniform
  };
  [[nodiscard]] Draws draws(const Visitor& visitor, const VisitPlan& plan) const;

  /// The amount of an order, to the cent, with the mean of the rates.
  [[nodiscard]] double amount(const Visitor& visitor, const VisitRates& rates, const Draws& draws) const;

  /// The visitor's page crashes when the variant is shown, and nothing of the visit is reported (fault srm).
  [[nodiscard]] bool crashes(const Visitor& visitor, const VisitPlan& plan, const Draws& draws,
                             std::string_view experiment, std::string_view variant) const;

  /// The event of that name no longer gets through (fault tracking).
  [[nodiscard]] bool is_lost(const Visitor& visitor, const VisitPlan& plan, std::string_view event) const;

 private:
  [[nodiscard]] double days_since_opening(Timestamp time) const;
  void apply_faults(VisitRates& rates, const Visitor& visitor, Variants variants) const;

  ShopOptions options_;
  Timestamp opened_;
  std::string tag_;
};

/// Traffic at a time, as a factor on the mean; at most kBusiest.
[[nodiscard]] double traffic_factor(Timestamp time);
inline constexpr double kBusiest = 2.25;

}  // namespace splitplot::app::simulate
