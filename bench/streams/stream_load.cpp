// Measures event streams of a running server: stream_load PORT CLIENT_KEY ADMIN_KEY SERVER_PID SERVER_CORE [SUBSCRIBERS]
//
// Subscribes, changes a flag a few times, drops all subscribers at once and lets them come back, and asks for decisions all
// the while. Prints what run.sh explains; fails where something takes longer than a minute.
#include "decisions.hpp"
#include "http_call.hpp"
#include "subscribers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

namespace stream_load {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kChanges = 7;
constexpr milliseconds kMeasured{2000};
constexpr int kRounds = 3;
constexpr milliseconds kPatience{60'000};

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

double at_share(const std::vector<double>& ascending, double share) {
  if (ascending.empty()) throw std::runtime_error("nothing was measured");
  return ascending[std::min(ascending.size() - 1,
                            static_cast<std::size_t>(share * static_cast<double>(ascending.size())))];
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double resident_kb(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  std::string word;
  while (status >> word) {
    double kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes;
  }
  throw std::runtime_error("the memory of process " + process + " cannot be read");
}

void work_until(Subscribers& subscribers, const std::string& what, const std::function<bool()>& done) {
  for (const auto end = Clock::now() + kPatience; !done();) {
    if (Clock::now() > end) throw std::runtime_error("this took more than a minute: " + what);
    subscribers.work(milliseconds(2));
  }
}

// A change of a flag; its revision.
std::string change(HttpCall& admin, int number) {
  const std::string answer = admin.post(
      "/api/v1/apply", R"({"files":[{"name":"f.yaml","text":"kind: flag\nkey: told\nvariants: {a: )" +
                           std::to_string(number) + R"(}\ndefault: a\n"}]})");
  const std::size_t at = answer.find("\"revision\":");
  if (at == std::string::npos) throw std::runtime_error("the change was not made: " + answer);
  return std::to_string(std::stoul(answer.substr(at + 11)));
}

struct Told {
  std::vector<double> half;
  std::vector<double> last;
};

Told tell(Subscribers& subscribers, HttpCall& admin, std::size_t count) {
  Told told;
  for (int number = 0; number < kChanges; ++number) {
    const auto begun = Clock::now();
    const std::string revision = change(admin, number);
    work_until(subscribers, "telling all of a change", [&] { return subscribers.told(revision) == count; });
    const auto times = subscribers.times_told();
    told.half.push_back(ms_between(begun, times[count / 2]));
    told.last.push_back(ms_between(begun, times.back()));
    subscribers.work(milliseconds(500));
  }
  return told;
}

struct Return {
  double seconds = 0;             // from the first to the last
  std::size_t most_a_second = 0;  // within any second
};

Return come_back(Subscribers& subscribers, std::size_t count) {
  subscribers.drop_all();
  work_until(subscribers, "coming back", [&] { return subscribers.streaming() == count; });
  const auto times = subscribers.times_begun();
  Return back{ms_between(times.front(), times.back()) / 1000, 0};
  for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
    while (ms_between(times[first], times[last]) > 1000) ++first;
    back.most_a_second = std::max(back.most_a_second, last - first + 1);
  }
  return back;
}

// The 99th percentile of decisions, median of a few rounds.
double quiet_percentile(Decisions& decisions, Subscribers* subscribers) {
  std::vector<double> percentiles;
  for (int round = 0; round < kRounds; ++round) {
    decisions.take();
    if (subscribers != nullptr) {
      subscribers->work(kMeasured);
    } else {
      std::this_thread::sleep_for(kMeasured);
    }
    percentiles.push_back(at_share(decisions.take(), 0.99));
  }
  return median(percentiles);
}

void measure(Port port, const std::string& client_key, const std::string& admin_key,
             const std::string& process, int core, std::size_t count) {
  HttpCall admin(port, admin_key);
  Decisions decisions(port, client_key, core);
  Subscribers subscribers(port, client_key, count);
  std::this_thread::sleep_for(milliseconds(500));  // warm
  const double alone = quiet_percentile(decisions, nullptr);

  const double before_kb = resident_kb(process);
  const auto begun = Clock::now();
  work_until(subscribers, "connecting", [&] { return subscribers.streaming() == count; });
  const double seconds = ms_between(begun, Clock::now()) / 1000;
  subscribers.work(milliseconds(1000));
  const double kb_each = (resident_kb(process) - before_kb) / static_cast<double>(count);

  const double connected = quiet_percentile(decisions, &subscribers);
  const Told told = tell(subscribers, admin, count);
  const double during_changes = at_share(decisions.take(), 0.99);
  const Return back = come_back(subscribers, count);
  const std::vector<double> returning = decisions.take();
  const double during_return = at_share(returning, 0.99);

  std::printf("subscribers of event streams                   %8zu       connected in %.1f s\n", count,
              seconds);
  std::printf("memory of the server for each                  %8.1f KB\n", kb_each);
  std::printf("a change, from asking for it, reaches half in  %8.0f ms    median of %d\n", median(told.half),
              kChanges);
  std::printf("                              the last one in  %8.0f ms    worst %.0f ms\n", median(told.last),
              *std::max_element(told.last.begin(), told.last.end()));
  std::printf("dropped at once, they come back over           %8.1f s     at most %zu in a second\n",
              back.seconds, back.most_a_second);
  std::printf("99th percentile of decisions, nobody listening %8.2f ms    500 a second\n", alone);
  std::printf("                              all listening    %8.2f ms    %.2f of that\n", connected,
              connected / alone);
  std::printf("                              while told       %8.2f ms    %.2f\n", during_changes,
              during_changes / alone);
  std::printf("                              coming back      %8.2f ms    %.2f, worst %.1f ms\n",
              during_return, during_return / alone, returning.back());
  std::printf("R8 (back over >= 30 s, decisions <= 2x): %s; a change reaches the last one within 1 s: %s\n",
              back.seconds >= 30 && during_return <= 2 * alone ? "met" : "not met",
              median(told.last) < 1000 ? "met" : "not met");
}

}  // namespace
}  // namespace stream_load

int main(int count, char** arguments) {
  if (count < 6) {
    std::fprintf(stderr,
                 "usage: stream_load PORT CLIENT_KEY ADMIN_KEY SERVER_PID SERVER_CORE [SUBSCRIBERS]\n");
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    const auto port = static_cast<stream_load::Port>(std::stoi(arguments[1]));
    const std::size_t subscribers = count > 6 ? std::stoul(arguments[6]) : 10'000;
    stream_load::measure(port, arguments[2], arguments[3], arguments[4], std::stoi(arguments[5]),
                         subscribers);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "stream_load: %s\n", exception.what());
    return 1;
  }
}
