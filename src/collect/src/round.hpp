/// A round of the pipeline: the batches that share one sync. Order, repetitions and labels are decided here, over
/// profiles as they will be; nothing of it is visible to anybody until `publish`, so that a round which does not become
/// durable is simply forgotten. One thread.
#pragma once

#include "prepared_batch.hpp"
#include "seen_events.hpp"

#include <splitplot/collect/pipeline.hpp>
#include <splitplot/profile/profiles.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace splitplot::collect {

class Round {
 public:
  Round(const profile::Profiles& profiles, const SeenEvents& seen, const SnapshotSource& snapshots)
      : profiles_(profiles), seen_(seen), snapshots_(snapshots) {}

  /// Puts a batch behind the others; its payloads are moved out. Errors: the online store cannot be read; the round
  /// must then be given up.
  Result<Accepted> add(PreparedBatch& batch);

  /// For the journal, in order.
  [[nodiscard]] const std::vector<std::string>& payloads() const { return payloads_; }
  [[nodiscard]] std::uint64_t exposures() const { return exposures_; }
  [[nodiscard]] std::uint64_t traits_dropped() const { return traits_dropped_; }

  /// Once the payloads are durable: profiles become visible, events known.
  void publish(profile::Profiles& profiles, SeenEvents& seen);

 private:
  using Overlay = std::unordered_map<Unit, std::shared_ptr<profile::Profile>, UnitHash>;

  Result<bool> is_repetition(const PreparedEvent& event) const;
  Result<profile::Profile*> change(const std::string& environment, const ProfileChange& change);
  const decide::Snapshot* snapshot(const std::string& environment);

  const profile::Profiles& profiles_;
  const SeenEvents& seen_;
  const SnapshotSource& snapshots_;
  std::vector<std::string> payloads_;
  std::unordered_map<std::string, Overlay> overlays_;  ///< by environment: profiles as this round leaves them
  SeenEvents::Times times_;
  std::unordered_map<std::string, std::shared_ptr<const decide::Snapshot>>
      held_;  ///< one configuration a round
  std::uint64_t exposures_ = 0;
  std::uint64_t traits_dropped_ = 0;
};

}  // namespace splitplot::collect
