// How fast bodies become events, beside simdjson's own DOM over the same bytes, and events become journal records.
//
//   bench_collect [SECONDS]
//
// A batch of 100 events of about 400 bytes as @segment/analytics-node sends them, on one thread. Processor time is
// measured and the subjects take turns, so that what else the machine does matters little; medians are printed.

#include <splitplot/collect/event.hpp>
#include <splitplot/collect/segment_api.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <simdjson.h>
#include <time.h>

namespace {

using Seconds = std::chrono::duration<double>;

constexpr int kEvents = 100;

std::string batch() {
  std::string body = "{\"batch\":[";
  for (int index = 0; index < kEvents; ++index) {
    const std::string number = std::to_string(1000 + index);
    if (index > 0) body += ',';
    body +=
        R"({"timestamp":"2026-11-22T04:38:16.996Z","integrations":{},"event":"Order Completed","type":"track",)"
        R"("properties":{"order_id":")" +
        number +
        R"(","revenue":39.95,"tax":7.58,"currency":"USD","coupon":null,"items":3},)"
        R"("context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},"ip":"192.0.2.7"},)"
        R"("userId":"user-)" +
        number + R"(","messageId":"node-next-179532229)" + number +
        R"(-ba4ce95b-fcff-466b-9d57-0803593df840","_metadata":{"nodeVersion":"v20.20.2","jsRuntime":"node"}})";
  }
  return body + R"(],"writeKey":"WK123","sentAt":"2026-11-22T04:38:17.010Z"})";
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Events a second of `work`, which handles all events of the batch in a call.
template <typename Work>
double rate(const Work& work) {
  constexpr int kCalls = 100;
  const double begin = processor_seconds();
  for (int call = 0; call < kCalls; ++call) work();
  return kCalls * kEvents / (processor_seconds() - begin);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "bench_collect: %s\n", what);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  const Seconds limit(argc > 1 ? std::atof(argv[1]) : 5);
  const std::string body = batch();
  const auto parsed = splitplot::collect::parse_segment_body(body, {});
  if (!parsed || parsed->events.size() != kEvents) give_up("the batch is not understood");
  std::vector<std::string> records;
  for (const auto& event : parsed->events) records.push_back(splitplot::collect::encode(event));

  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  std::vector<double> ours, dom, encoding, decoding;
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < limit) {
    ours.push_back(rate([&] {
      if (!splitplot::collect::parse_segment_body(body, {})) give_up("parse");
    }));
    dom.push_back(rate([&] {
      if (parser.parse(padded).error() != simdjson::SUCCESS) give_up("simdjson");
    }));
    encoding.push_back(rate([&] {
      for (const auto& event : parsed->events) {
        if (splitplot::collect::encode(event).empty()) give_up("encode");
      }
    }));
    decoding.push_back(rate([&] {
      for (const std::string& record : records) {
        if (!splitplot::collect::decode(record)) give_up("decode");
      }
    }));
  }
  std::printf("batch of %d events, %zu bytes each, one thread, %zu rounds (medians)\n", kEvents,
              body.size() / kEvents, ours.size());
  std::printf("  body to events     %10.0f events/s\n", median(ours));
  std::printf("  simdjson DOM only  %10.0f events/s   ratio %.2f\n", median(dom), median(ours) / median(dom));
  std::printf("  event to record    %10.0f events/s   %zu bytes each\n", median(encoding), records[0].size());
  std::printf("  record to event    %10.0f events/s\n", median(decoding));
}
