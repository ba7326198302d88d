/// Journal -> warehouse, in large batches, exactly once: the position moves in the transaction that adds the rows. One
/// thread of its own. While the warehouse is in trouble (disk full) it tries again by itself, and loses nothing: the
/// journal keeps what is not loaded.
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/store/event_warehouse.hpp>
#include <splitplot/store/journal.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace splitplot::collect {

struct LoaderOptions {
  std::size_t batch_records = 50'000;
  std::size_t batch_bytes = 32ULL << 20;     ///< of records; a batch ends with the one that reaches it
  std::chrono::milliseconds interval{1000};  ///< rests so long when there is little to do
  /// Pauses so long after a failed load, twice as long after each further one, up to the longest.
  std::chrono::milliseconds first_pause{100}, longest_pause{5000};
};

struct LoaderStatus {
  store::JournalOffset loaded = 0;
  std::uint64_t records = 0;  ///< since the start
  std::uint64_t damaged = 0;  ///< records that could not be read or understood, skipped and logged
  std::string trouble;        ///< empty: all is well
};

class Loader {
 public:
  /// All references must outlive it. Errors: BadData (the warehouse stands where the journal has no record).
  [[nodiscard]] static Result<std::unique_ptr<Loader>> start(store::Journal& journal,
                                                             store::EventWarehouse& warehouse, Log& log,
                                                             const LoaderOptions& options = {});
  /// Stops after the batch in hand.
  virtual ~Loader() = default;

  /// Returns once everything before `offset` is loaded. Any thread. Errors: Unavailable (not within `patience`, with
  /// the trouble).
  virtual Result<void> wait_until(store::JournalOffset offset, std::chrono::milliseconds patience) = 0;

  [[nodiscard]] virtual LoaderStatus status() const = 0;
};

}  // namespace splitplot::collect
