#include "recovery.hpp"

#include "profile_changes.hpp"

#include <splitplot/collect/event.hpp>

#include <memory>
#include <utility>

namespace splitplot::collect {

namespace {

Result<void> check_position(const store::Journal& journal, store::JournalOffset reflects) {
  if (reflects > journal.durable_end()) {
    return fail(ErrorCode::BadData,
                "the online store reflects offset " + std::to_string(reflects) +
                    ", and the journal ends at " + std::to_string(journal.durable_end()),
                "if this journal is the right one, delete the online store's folder: it is made anew from "
                "the journal");
  }
  if (reflects < journal.begin()) {
    return fail(ErrorCode::BadData,
                "the online store reflects offset " + std::to_string(reflects) +
                    ", and the journal begins at " + std::to_string(journal.begin()) +
                    ": what lies between is gone",
                "restore the online store from a backup, or rebuild it");
  }
  return {};
}

class Replay {
 public:
  Replay(profile::Profiles& profiles, SeenEvents& seen, Timestamp now)
      : profiles_(profiles), seen_(seen), now_(now) {}

  Result<void> apply(const Event& event) {
    if (!event.message_id.empty() && seen_.are_near(event.times.received, now_)) {
      seen_.remember(fingerprint_of(event.environment, event.source, event.message_id), event.times.received);
    }
    const ProfileChanges changes = profile_changes(event);
    if (auto changed = change(event.environment, changes.unit); !changed) return changed;
    return changes.account ? change(event.environment, *changes.account) : Result<void>{};
  }

  [[nodiscard]] std::uint64_t traits_dropped() const { return traits_dropped_; }

 private:
  Result<void> change(const std::string& environment, const ProfileChange& change) {
    if (change.unit.id.empty()) return {};
    const auto published = profiles_.read(environment, change.unit);
    if (!published) return tl::unexpected<Error>(published.error());
    auto profile =
        *published ? std::make_shared<profile::Profile>(**published) : std::make_shared<profile::Profile>();
    traits_dropped_ += collect::apply(change, *profile);
    profiles_.publish(environment, change.unit, std::move(profile));
    return {};
  }

  profile::Profiles& profiles_;
  SeenEvents& seen_;
  Timestamp now_;
  std::uint64_t traits_dropped_ = 0;
};

/// Saves what has gathered, each time it is much.
class Saving {
 public:
  Saving(store::OnlineStore& store, profile::Profiles& profiles, SeenEvents& seen, Log& log,
         const ReplayLimits& limits)
      : store_(store), profiles_(profiles), seen_(seen), log_(log), limits_(limits) {}

  /// Errors: more cannot be saved than memory should hold.
  Result<void> save_if_much(store::JournalOffset reflects) {
    const std::size_t unsaved = profiles_.unsaved() + seen_.unsaved();
    if (unsaved < (unwritten_ ? limits_.unsaved_changes : limits_.checkpoint_changes)) return {};
    if (unwritten_) {
      if (auto written = write(); !written) return written;
    }
    unwritten_ = take_checkpoint(profiles_, seen_, reflects);
    if (const auto written = write(); !written) {
      log_.error("a checkpoint could not be written while the journal is replayed",
                 {{"error", written.error().message}});
    }
    return {};
  }

  std::optional<Checkpoint> unwritten() { return std::exchange(unwritten_, std::nullopt); }

 private:
  Result<void> write() {
    auto written = write_checkpoint(*unwritten_, store_, profiles_);
    if (written) {
      seen_.saved();
      unwritten_.reset();
    }
    return written;
  }

  store::OnlineStore& store_;
  profile::Profiles& profiles_;
  SeenEvents& seen_;
  Log& log_;
  ReplayLimits limits_;
  std::optional<Checkpoint> unwritten_;
};

constexpr std::uint64_t kLoggedRecords = 10;  ///< of those not understood; the rest is only counted

}  // namespace

Result<Replayed> replay(store::Journal& journal, store::OnlineStore& store, profile::Profiles& profiles,
                        SeenEvents& seen, const Clock& clock, Log& log, const ReplayLimits& limits) {
  const store::JournalOffset reflects = store.reflects();
  if (const auto checked = check_position(journal, reflects); !checked)
    return tl::unexpected<Error>(checked.error());
  const auto reader = journal.read_from(reflects);
  if (!reader) return tl::unexpected<Error>(reader.error());

  Replayed replayed;
  Replay application(profiles, seen, clock.now());
  Saving saving(store, profiles, seen, log, limits);
  while (true) {
    const auto record = (*reader)->next();
    if (!record) return tl::unexpected<Error>(record.error());
    if (!*record) break;
    ++replayed.records;
    const auto decoded = decode((*record)->payload);
    if (!decoded) {
      ++replayed.undecodable;
      if (replayed.undecodable > kLoggedRecords) continue;
      log.error("a record of the journal could not be understood, and was left out of the profiles",
                {{"offset", (*record)->offset}, {"error", decoded.error().message}});
    } else if (const auto* event = std::get_if<Event>(&*decoded)) {
      if (const auto applied = application.apply(*event); !applied)
        return tl::unexpected<Error>(applied.error());
    }
    if (const auto saved = saving.save_if_much((*record)->next); !saved)
      return tl::unexpected<Error>(saved.error());
  }
  for (const auto& damage : (*reader)->damage()) {
    log.error("the journal is damaged, and what is lost is not in the profiles",
              {{"file", damage.file},
               {"position", damage.position},
               {"bytes", damage.bytes},
               {"what", damage.what}});
  }
  replayed.traits_dropped = application.traits_dropped();
  replayed.unwritten = saving.unwritten();
  return replayed;
}

}  // namespace splitplot::collect
