// Writes a made-up experiment as CSV to standard output: generate ROWS. The same bytes on every machine.
#include <splitplot/base/random.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

int main(int argument_count, char** arguments) {
  const long rows = argument_count > 1 ? std::strtol(arguments[1], nullptr, 10) : 10'000'000;
  constexpr const char* kChannels[] = {"Web", "Phone", "Store"};
  constexpr const char* kCountries[] = {"DE", "FR", "US", "GB", "ES", "IT", "PL", "NL", "SE", "AT"};
  constexpr const char* kDevices[] = {"mobile", "desktop", "tablet"};
  splitplot::RandomStream random(42);
  std::puts("user_id,variant,channel,country,device,converted,revenue,history");
  fmt::memory_buffer buffer;
  for (long i = 0; i < rows; ++i) {
    const bool treated = random.bernoulli(0.5);
    const double history = std::exp(3 + random.normal());
    const bool converted = random.bernoulli(treated ? 0.052 : 0.05);
    const double revenue = converted ? history * (0.5 + random.uniform()) : 0;
    fmt::format_to(std::back_inserter(buffer), "u{},{},{},{},{},{:d},{:.2f},{:.2f}\n", i, treated ? "B" : "A",
                   kChannels[random.below(3)], kCountries[random.below(10)], kDevices[random.below(3)],
                   converted, revenue, history);
    if (buffer.size() > 1'000'000 || i + 1 == rows) {
      std::fwrite(buffer.data(), 1, buffer.size(), stdout);
      buffer.clear();
    }
  }
  return std::ferror(stdout) == 0 ? 0 : 1;
}
