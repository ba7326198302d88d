/// A few threads for what may take long, behind a bounded queue: when it is full, the answer is "later", at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace splitplot::serve {

class WorkerPool {
 public:
  WorkerPool(unsigned threads, std::size_t most_waiting);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() { stop(); }

  /// False, and the task is dropped: too many are waiting, or the pool was stopped. Any thread.
  [[nodiscard]] bool submit(std::function<void()> task);

  /// Drops what waits, finishes what runs.
  void stop();

 private:
  void work();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace splitplot::serve
