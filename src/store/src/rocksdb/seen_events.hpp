/// How the fingerprints of events are stored, and how they go when the window has passed.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/store/online.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <rocksdb/compaction_filter.h>
#include <rocksdb/slice.h>

namespace splitplot::store::rocks {

/// Eight bytes, most significant first.
using EncodedInteger = std::array<char, 8>;
[[nodiscard]] EncodedInteger encode_integer(std::uint64_t value);
[[nodiscard]] std::optional<std::uint64_t> decode_integer(const rocksdb::Slice& bytes);

[[nodiscard]] std::array<char, 16> seen_key(const EventFingerprint& fingerprint);
[[nodiscard]] EncodedInteger seen_value(Timestamp received);
[[nodiscard]] std::optional<Timestamp> seen_time(const rocksdb::Slice& value);

/// Whether an event received then lies before the window that ends now.
[[nodiscard]] bool is_outside(Timestamp received, std::chrono::hours window, Timestamp now);

/// Drops what is outside the window whenever RocksDB rewrites a file. It waits a while longer than the reader of the
/// store, so that a clock that jumped ahead and back does not cost ids that are still wanted.
class SeenFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  static constexpr std::chrono::hours kGrace{6};

  SeenFilterFactory(const Clock& clock, std::chrono::hours window) : clock_(clock), window_(window) {}
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& context) override;
  [[nodiscard]] const char* Name() const override { return "splitplot.seen"; }

 private:
  const Clock& clock_;
  std::chrono::hours window_;
};

}  // namespace splitplot::store::rocks
