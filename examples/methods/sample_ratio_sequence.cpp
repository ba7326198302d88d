// The split of a running test, looked at every day: a bug loses 3 % of one variant's units from day 4 on.
#include <splitplot/stats/sequential/sample_ratio_sequence.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<double> plan{0.5, 0.5};
  std::vector<std::uint64_t> arrived{0, 0};
  SampleRatioSequenceOptions options;
  for (int day = 1; day <= 12; ++day) {
    arrived[0] += 10'000;
    arrived[1] += day < 4 ? 10'000 : 9'700;
    const auto look = sample_ratio_sequence_look(arrived, plan, options);
    options.p_value_before = look->p_value;
    std::printf("day %2d: log Bayes factor %6.2f, p = %.4f%s\n", day, look->log_bayes_factor, look->p_value,
                look->p_value < 0.001 ? "  mismatch" : "");
  }
}
