// What attributes of a request cost, on one thread, beside what none can do without: reading the header once (its hash),
// reading the address as a number, and a single expression of the standard library over the same header.
#include <splitplot/context/request_context.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <benchmark/benchmark.h>

namespace {

using namespace splitplot;
using namespace splitplot::context;

constexpr auto kHeaders = std::to_array<std::string_view>(
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
     "Safari/537.36",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.5 "
     "Mobile/15E148 Safari/604.1",
     "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
     "Safari/537.36",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
     "Safari/605.1.15",
     "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"});

const UserAgentReader& reader() {
  static const UserAgentReader prepared;
  prepared.prepare();
  return prepared;
}

const CountryDatabase& countries() {
  static const CountryDatabase database = CountryDatabase::built_in().value();
  return database;
}

void header_recent(benchmark::State& state) {
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(reader().read(kHeaders[at++ % kHeaders.size()]));
}
BENCHMARK(header_recent);

/// A number that no header had before makes each one new; none of the rules looks at it.
void header_new(benchmark::State& state) {
  std::uint64_t number = 0;
  for (auto _ : state) {
    const std::string_view known = kHeaders[number % kHeaders.size()];
    benchmark::DoNotOptimize(reader().read(std::string(known) + " #" + std::to_string(number++)));
  }
}
BENCHMARK(header_new)->Unit(benchmark::kMicrosecond);

/// A kilobyte full of words that rules look for: the worst that we know how to send.
void header_hostile(benchmark::State& state) {
  std::uint64_t number = 0;
  constexpr std::string_view kWords =
      "Android Build/ Mobile Safari/ CFNetwork/ Linux; U; SonyEricsson LG- Nokia SM-G HTC ";
  for (auto _ : state) {
    std::string header = std::to_string(number++);
    while (header.size() < UserAgentReader::kMaxLength) header += kWords;
    benchmark::DoNotOptimize(reader().read(header));
  }
}
BENCHMARK(header_hostile)->Unit(benchmark::kMicrosecond);

void floor_hash_a_header(benchmark::State& state) {
  std::size_t at = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(std::hash<std::string_view>{}(kHeaders[at++ % kHeaders.size()]));
}
BENCHMARK(floor_hash_a_header);

/// One of the 1,175 expressions; trying them in order means hundreds of these.
void floor_one_standard_expression(benchmark::State& state) {
  const std::regex chrome(R"((Chrome)/(\d+)\.(\d+)\.(\d+)\.(\d+))", std::regex::optimize);
  std::size_t at = 0;
  for (auto _ : state) {
    const std::string_view header = kHeaders[at++ % kHeaders.size()];
    std::match_results<std::string_view::const_iterator> groups;
    benchmark::DoNotOptimize(std::regex_search(header.begin(), header.end(), groups, chrome));
  }
}
BENCHMARK(floor_one_standard_expression)->Unit(benchmark::kMicrosecond);

void compile_the_rules(benchmark::State& state) {
  for (auto _ : state) {
    const UserAgentReader fresh;
    fresh.prepare();
  }
}
BENCHMARK(compile_the_rules)->Unit(benchmark::kMillisecond);

std::vector<std::string> addresses() {
  std::vector<std::string> texts;
  std::uint32_t bits = 1;
  for (int i = 0; i < 4096; ++i) {
    bits = bits * 1664525U + 1013904223U;
    std::array<char, INET_ADDRSTRLEN> text{};
    texts.emplace_back(inet_ntop(AF_INET, &bits, text.data(), text.size()));
  }
  return texts;
}

void country_of_an_address(benchmark::State& state) {
  const std::vector<std::string> texts = addresses();
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(countries().place_of(texts[at++ % texts.size()]));
}
BENCHMARK(country_of_an_address);

void floor_read_an_address(benchmark::State& state) {
  const std::vector<std::string> texts = addresses();
  std::size_t at = 0;
  for (auto _ : state) {
    in_addr address{};
    benchmark::DoNotOptimize(inet_pton(AF_INET, texts[at++ % texts.size()].c_str(), &address));
    benchmark::DoNotOptimize(address);
  }
}
BENCHMARK(floor_read_an_address);

void open_the_countries(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(CountryDatabase::built_in());
}
BENCHMARK(open_the_countries)->Unit(benchmark::kMillisecond);

RequestContext request_context() {
  return RequestContext({std::make_shared<const CountryDatabase>(CountryDatabase::built_in().value()),
                         std::make_shared<const UserAgentReader>(), TimeZone::named("Europe/Berlin").value(),
                         HolidayCalendar(), ""});
}

void attributes(benchmark::State& state, const WantedAttributes& wanted) {
  const RequestContext context = request_context();
  context.prepare(wanted);
  RequestFacts facts;
  facts.ip = "141.30.1.1";
  facts.user_agent = kHeaders[0];
  facts.url = "https://shop.example/sale?utm_source=news&utm_medium=mail&utm_campaign=may&color=red&size=38";
  facts.referrer = "https://www.google.de/";
  facts.accept_language = "de-AT,de;q=0.9,en;q=0.8";
  facts.cookies = "session=6b1c; consent=yes; theme=dark";
  facts.now = parse_rfc3339("2026-11-22T14:42:34Z").value();
  for (auto _ : state) {
    Value about(Value::Object{{"targetingKey", "u1"}, {"plan", "pro"}});
    context.add_missing(about, facts, wanted);
    benchmark::DoNotOptimize(about);
  }
}
void no_attributes(benchmark::State& state) {
  attributes(state, {});
}
void all_attributes(benchmark::State& state) {
  attributes(state, WantedAttributes::all());
}
void country_and_device(benchmark::State& state) {
  WantedAttributes wanted;
  wanted.add("country");
  wanted.add("device");
  attributes(state, wanted);
}
BENCHMARK(no_attributes);
BENCHMARK(country_and_device);
BENCHMARK(all_attributes);

}  // namespace
