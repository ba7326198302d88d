#include "round.hpp"

#include "exposure_labels.hpp"

#include <utility>

namespace splitplot::collect {

Result<Accepted> Round::add(PreparedBatch& batch) {
  Accepted accepted;
  for (PreparedEvent& event : batch.events) {
    const auto repetition = is_repetition(event);
    if (!repetition) return tl::unexpected<Error>(repetition.error());
    if (*repetition) {
      event.fate = Fate::Repetition;
      ++accepted.duplicates;
      continue;
    }
    if (event.fingerprint) times_.insert_or_assign(*event.fingerprint, event.received);
    const auto profile = change(batch.environment, event.changes.unit);
    if (!profile) return tl::unexpected<Error>(profile.error());
    if (event.changes.account) {
      if (const auto account = change(batch.environment, *event.changes.account); !account) {
        return tl::unexpected<Error>(account.error());
      }
    }
    if (event.exposure) {
      label_exposure(*event.exposure, *profile, snapshot(batch.environment));
      event.payload = encode(*event.exposure);
      ++exposures_;
    }
    payloads_.push_back(std::move(event.payload));
    ++accepted.stored;
  }
  accepted.rejected = batch.rejected.size();
  for (PreparedRejection& rejected : batch.rejected) payloads_.push_back(std::move(rejected.payload));
  return accepted;
}

Result<bool> Round::is_repetition(const PreparedEvent& event) const {
  if (!event.fingerprint) return false;
  if (const auto found = times_.find(*event.fingerprint); found != times_.end()) {
    return seen_.are_near(found->second, event.received);
  }
  return seen_.contains(*event.fingerprint, event.received);
}

Result<profile::Profile*> Round::change(const std::string& environment, const ProfileChange& change) {
  if (change.unit.id.empty()) return nullptr;
  auto& profile = overlays_[environment][change.unit];
  if (!profile) {
    auto published = profiles_.read(environment, change.unit);
    if (!published) return tl::unexpected<Error>(std::move(published.error()));
    profile =
        *published ? std::make_shared<profile::Profile>(**published) : std::make_shared<profile::Profile>();
  }
  traits_dropped_ += apply(change, *profile);
  return profile.get();
}

const decide::Snapshot* Round::snapshot(const std::string& environment) {
  auto [held, is_new] = held_.try_emplace(environment);
  if (is_new) held->second = snapshots_(environment);
  return held->second.get();
}

void Round::publish(profile::Profiles& profiles, SeenEvents& seen) {
  for (auto& [environment, overlay] : overlays_) {
    for (auto& [unit, profile] : overlay) profiles.publish(environment, unit, std::move(profile));
  }
  for (const auto& [fingerprint, received] : times_) seen.remember(fingerprint, received);
}

}  // namespace splitplot::collect
