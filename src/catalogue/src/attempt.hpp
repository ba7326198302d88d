/// Work that may never end, such as opening a file on a disk that has stopped answering: it runs on a thread of its own,
/// and who waits for it can give up. What it uses must belong to it: a thread that hangs is left behind. One thread at a
/// time.
#pragma once

#include <splitplot/base/result.hpp>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace splitplot::catalogue {

/// `T` is a Result.
template <typename T>
class Attempt {
 public:
  explicit Attempt(std::function<T()> work) {
    std::thread([shared = shared_, work = std::move(work)]() mutable {
      std::optional<T> made;
      try {
        made.emplace(work());
      } catch (const std::exception& exception) {  // who waits goes on; the process must
        made.emplace(tl::unexpected(Error{ErrorCode::Internal, exception.what(), {}}));
      }
      work = nullptr;  // what it holds is given back before anybody is told
      const std::lock_guard guard(shared->mutex);
      shared->made = std::move(made);
      shared->done.notify_all();
    }).detach();
  }

  /// What came of it, once; nothing if it takes longer.
  std::optional<T> wait(std::chrono::milliseconds patience) {
    std::unique_lock lock(shared_->mutex);
    shared_->done.wait_for(lock, patience, [this] { return shared_->made.has_value(); });
    return std::exchange(shared_->made, std::nullopt);
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<T> made;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace splitplot::catalogue
