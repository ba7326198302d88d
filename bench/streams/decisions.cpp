#include "decisions.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include <sched.h>

namespace stream_load {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds kPace{2000};

}  // namespace

Decisions::Decisions(Port port, std::string key, int core)
    : call_(port, std::move(key)), thread_([this, core] { run(core); }) {}

Decisions::~Decisions() {
  done_ = true;
  thread_.join();
}

std::vector<double> Decisions::take() {
  std::vector<double> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(milliseconds_);
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

void Decisions::run(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  ::sched_setaffinity(0, sizeof cores, &cores);
  Clock::time_point due = Clock::now();
  try {
    for (unsigned user = 0; !done_; ++user) {
      due += kPace;
      std::this_thread::sleep_until(due);
      call_.post(
          "/ofrep/v1/evaluate/flags/button",
          R"({"context":{"targetingKey":"user-)" + std::to_string(user % 1000) + R"(","country":"DE"}})");
      const std::chrono::duration<double, std::milli> taken = Clock::now() - due;
      const std::lock_guard lock(mutex_);
      milliseconds_.push_back(taken.count());
    }
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "decisions: %s\n", exception.what());
    std::exit(1);
  }
}

}  // namespace stream_load
