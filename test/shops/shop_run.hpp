// One fast-forwarded shop in a folder of its own, which goes with it. For tests; one thread.
#pragma once

#include "simulate/fast_forward.hpp"
#include "simulate/shop_documents.hpp"

#include <splitplot/base/log.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::test {

using namespace app::simulate;

struct ShopRunOptions {
  ShopOptions shop;
  std::uint64_t users = 3000;
  int days = 7;
  ReadingPlan plan;
};

/// An event as it is stored, with what is known of who sent it.
struct StoredEvent {
  std::string name;     ///< "Order Completed", "Experiment Viewed", ...
  std::string variant;  ///< of an exposure
  std::string experiment;
  std::uint64_t visitor = 0;
  double day = 0;  ///< since the shop opened, by the corrected time
  double revenue = 0;
  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

class ShopRun {
 public:
  explicit ShopRun(const ShopRunOptions& options);
  ~ShopRun();
  ShopRun(const ShopRun&) = delete;
  ShopRun& operator=(const ShopRun&) = delete;

  /// Plays up to the end of that day, and waits for the warehouse.
  void run_days(int days);
  /// Plays to the end.
  void finish();

  [[nodiscard]] experiment::Analysis analyze(std::string_view experiment);
  [[nodiscard]] const ShopModel& model() const { return model_; }
  [[nodiscard]] const Truth& truth() const { return play_->truth(); }
  [[nodiscard]] std::string truth_text() const;
  [[nodiscard]] const ShopCounts& counts() const { return play_->counts(); }

  /// Everything in the journal, in order.
  [[nodiscard]] std::vector<StoredEvent> stored();

 private:
  ShopRunOptions options_;
  std::string folder_;
  Timestamp from_;
  ShopModel model_;
  ManualClock clock_;
  SilentLog log_;
  std::unique_ptr<app::Installation> installation_;
  std::unique_ptr<FastForward> play_;
};

}  // namespace splitplot::test
