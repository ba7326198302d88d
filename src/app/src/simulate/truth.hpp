// What is true in the simulated shop: for the units that were exposed, and the visits that they made since, the exact mean
// of every metric under every variant. docs/formats/truth.md says what that is the truth of. One thread.
#pragma once

#include "simulate/visit.hpp"

#include <splitplot/base/value.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace splitplot::app::simulate {

/// What was done.
struct ShopCounts {
  std::uint64_t visitors = 0;
  std::uint64_t visits = 0;  ///< that were reported
  std::uint64_t requests = 0;
  std::uint64_t events = 0;       ///< in them, repetitions included
  std::uint64_t repetitions = 0;  ///< requests that were sent a second time
  std::uint64_t late = 0;         ///< requests
  std::uint64_t crashes = 0;      ///< visits of which nothing was reported
  std::uint64_t orders = 0;       ///< that were really made
};

/// Counts a visit that is over, its request among them unless it crashed.
void count(const Visit& visit, ShopCounts& counts);

/// Of one metric and one treatment, over the exposed units of one level.
struct TrueEffect {
  std::string experiment, metric, variant;
  std::string dimension, level;  ///< empty: all units
  std::uint64_t units = 0;
  double control_value = 0, value = 0;
  [[nodiscard]] double difference() const { return value - control_value; }
};

class Truth {
 public:
  /// The model must outlive it.
  explicit Truth(const ShopModel& model) : model_(&model) {}

  /// A visit is over, and was reported unless it crashed. Visits of one visitor come in order.
  void add(const Visit& visit);

  [[nodiscard]] std::vector<TrueEffect> effects() const;

  /// The document of docs/formats/truth.md.
  [[nodiscard]] Value document(Timestamp from, Timestamp until, const ShopCounts& counts) const;

 private:
  /// What one variant makes of a unit.
  struct Outlook {
    double no_order = 1;  ///< probability
    double no_cart = 1;   ///< probability
    double revenue = 0;   ///< expected
    double contacts = 0;  ///< expected
    void add(const VisitRates& rates, double reaches_checkout);
    [[nodiscard]] double value(std::string_view metric) const;
  };
  struct UnitTruth {
    std::uint8_t group = 0, device = 0;
    std::array<bool, kQuestions> exposed{};
    std::array<std::array<Outlook, kFlows>, kBanners> all;  ///< since the first visit
    std::array<Outlook, kFlows> since_checkout;
  };
  [[nodiscard]] static double value(const UnitTruth& unit, Question question, std::string_view metric,
                                    std::size_t variant);
  [[nodiscard]] std::vector<Question> questions() const;

  const ShopModel* model_;
  std::vector<UnitTruth> units_;  ///< by number of the visitor
};

}  // namespace splitplot::app::simulate
