/// Looks after the store of a catalogue on a thread of its own: whether it is still there, and once it is away, whether it
/// is back.
#pragma once

#include "attempt.hpp"
#include "key_file.hpp"
#include "opening.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace splitplot::catalogue {

class StoredCatalogue;

class Upkeep {
 public:
  /// `catalogue` must outlive this. `opening` is under way already.
  Upkeep(StoredCatalogue& catalogue, const CatalogueOptions& options, Secrets secrets,
         std::optional<Opening> opening);
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;
  ~Upkeep();

 private:
  /// A look at the store, and when it began.
  struct Look {
    Attempt<Result<void>> attempt;
    std::chrono::steady_clock::time_point begun;
  };

  void run();
  void look();
  void try_to_open();

  StoredCatalogue& catalogue_;
  const CatalogueOptions options_;
  const Secrets secrets_;

  // The thread's.
  std::optional<Look> look_;
  std::optional<Opening> opening_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace splitplot::catalogue
