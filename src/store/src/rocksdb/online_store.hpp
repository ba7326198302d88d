/// The online store on RocksDB. Format: docs/formats/online-store.md.
#pragma once

#include <splitplot/store/online.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>

namespace splitplot::store::rocks {

class RocksOnlineStore final : public OnlineStore {
 public:
  [[nodiscard]] static Result<std::unique_ptr<RocksOnlineStore>> open(const OnlineStoreOptions& options,
                                                                      const Clock& clock);
  ~RocksOnlineStore() override;

  Result<std::optional<std::string>> profile(std::string_view scope, const Unit& unit) const override;
  Result<std::optional<Timestamp>> seen(const EventFingerprint& fingerprint) const override;
  Result<void> checkpoint(const OnlineCheckpoint& checkpoint) override;
  [[nodiscard]] JournalOffset reflects() const override { return reflects_.load(); }

  /// Rewrites the fingerprints' files now, which RocksDB does by itself in time.
  Result<void> compact_seen();
  /// Fingerprints stored, those outside the window included until a compaction dropped them. Reads them all.
  Result<std::uint64_t> stored_fingerprints() const;

 private:
  RocksOnlineStore(const OnlineStoreOptions& options, const Clock& clock)
      : options_(options), clock_(clock) {}
  Result<void> read_meta();

  OnlineStoreOptions options_;
  const Clock& clock_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> families_;  ///< in the order of kFamilies
  std::atomic<JournalOffset> reflects_{0};
  bool write_failed_ = false;
};

}  // namespace splitplot::store::rocks
