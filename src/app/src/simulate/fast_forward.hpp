// Plays the shop in-process and in order of time on a clock that is set, months in minutes: decisions by the catalogue's
// snapshot, events through parser, pipeline, journal and loader, as if they had come over HTTP. One thread plays; the
// pipeline's threads work behind it.
#pragma once

#include "server/installation.hpp"
#include "simulate/truth.hpp"

#include <functional>
#include <memory>
#include <queue>
#include <vector>

namespace splitplot::app::simulate {

/// A visit that is to come.
struct ComingVisit {
  Visitor visitor;
  VisitPlan plan;
  [[nodiscard]] Timestamp end() const { return plan.start + plan.end_after; }
};

struct FastForwardOptions {
  Timestamp from, until;
  std::uint64_t users = 0;
  /// Called after each visit that was reported or crashed, in their order.
  std::function<void(const Visit&)> on_visit;
};

class FastForward {
 public:
  /// The shop must be open (shop_documents.hpp). All references must outlive it.
  FastForward(Installation& installation, ManualClock& clock, const ShopModel& model,
              FastForwardOptions options);
  ~FastForward();
  FastForward(const FastForward&) = delete;
  FastForward& operator=(const FastForward&) = delete;

  /// Plays all visits that end before `time`, and sets the clock there. Errors: those of the pipeline.
  Result<void> run_until(Timestamp time);

  /// Returns when everything that was sent is in the warehouse.
  Result<void> settle();

  /// Sends what was held back, and settles. The shop is closed afterwards.
  Result<void> finish();

  [[nodiscard]] const Truth& truth() const { return truth_; }
  [[nodiscard]] const ShopCounts& counts() const { return counts_; }

  /// Visits of known visitors that end after the last time run to: how the shop would go on.
  [[nodiscard]] std::vector<ComingVisit> coming() const;

 private:
  class Inflow;
  struct Later {
    bool operator()(const ComingVisit& left, const ComingVisit& right) const;
  };
  struct Resent {
    Timestamp time;
    std::uint64_t order = 0;
    VisitReport report;
    bool operator<(const Resent& other) const {  // the earliest on top
      return std::pair(time, order) > std::pair(other.time, other.order);
    }
  };

  Result<void> play(const ComingVisit& coming);
  Result<void> report(const Visit& visit, Timestamp end);
  Result<void> send_resent_before(Timestamp time);
  Result<void> send(const VisitReport& report);
  [[nodiscard]] Served decide(const Visit& visit, Question question, const decide::Snapshot& snapshot) const;

  Installation& installation_;
  ManualClock& clock_;
  const ShopModel& model_;
  FastForwardOptions options_;
  Truth truth_;
  ShopCounts counts_;
  std::unique_ptr<Inflow> inflow_;
  std::vector<ComingVisit> arrivals_;  ///< by the end of their first visit
  std::size_t arrived_ = 0;
  std::priority_queue<ComingVisit, std::vector<ComingVisit>, Later> returning_;
  std::priority_queue<Resent> resent_;
  std::uint64_t resent_count_ = 0;
};

}  // namespace splitplot::app::simulate
