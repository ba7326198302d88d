/// The online store: profiles and the ids of events seen, for fast reading by key. It lags behind the journal and says
/// how far it reflects it; the rest is replayed. An adapter lies in `rocksdb/`.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/store/journal.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

/// Fingerprint of (environment, source, message id): 128 bits, so that a chance collision among 1e10 has odds of 1e-19.
struct EventFingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const EventFingerprint&, const EventFingerprint&) = default;
};

/// What changed between two checkpoints; stored in one atomic write together with the offset.
struct OnlineCheckpoint {
  struct ProfileWrite {
    std::string scope;  ///< environment
    Unit unit;
    std::string bytes;
  };
  struct SeenEvent {
    EventFingerprint fingerprint;
    Timestamp received;
  };
  std::vector<ProfileWrite> profiles;
  std::vector<SeenEvent> seen;
  JournalOffset reflects = 0;  ///< all records before it
};

class OnlineStore {
 public:
  virtual ~OnlineStore() = default;
  /// Any thread.
  virtual Result<std::optional<std::string>> profile(std::string_view scope, const Unit& unit) const = 0;
  /// When an event was first received, if that is stored and not older than the window. A time ahead of the clock
  /// (it was set back) counts as recent. Any thread.
  virtual Result<std::optional<Timestamp>> seen(const EventFingerprint& fingerprint) const = 0;
  /// Durable when it returns: all of it or, on failure, nothing. The same one may be tried again. One thread.
  /// Errors: ResourceLimit (disk full), Unavailable (a write or sync failed), BadData.
  virtual Result<void> checkpoint(const OnlineCheckpoint& checkpoint) = 0;
  /// Any thread.
  [[nodiscard]] virtual JournalOffset reflects() const = 0;
};

struct OnlineStoreOptions {
  std::string directory;
  std::chrono::hours window{24};  ///< ids of events are forgotten when older
  std::size_t cache_bytes = 64ULL << 20;
};

/// Opens the store, or makes an empty one that reflects offset 0. The clock must outlive it.
/// Errors: Unreadable, ResourceLimit, Conflict (another process), BadData (newer format or damaged: delete the
/// directory, it is made again from the journal).
[[nodiscard]] Result<std::unique_ptr<OnlineStore>> open_online_store(const OnlineStoreOptions& options,
                                                                     const Clock& clock);

}  // namespace splitplot::store
