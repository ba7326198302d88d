// Page loads of users: the 90th percentile, and what it would look like if page loads were independent.
#include <splitplot/stats/compare/clustered_quantiles.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  std::vector<double> milliseconds;
  std::vector<std::uint64_t> users;
  for (std::uint64_t user = 0; user < 80; ++user) {
    const double connection = 100 + static_cast<double>((user * 37) % 200);  // shared by a user's pages
    for (std::uint64_t page = 0; page < 1 + user % 7; ++page) {
      milliseconds.push_back(connection + static_cast<double>((user * 13 + page * 29) % 60));
      users.push_back(user);
    }
  }
  const auto p90 = clustered_quantile({milliseconds, users}, 0.9);
  if (!p90) {
    std::printf("not estimable: %s\n", p90.error().why.c_str());
    return 1;
  }
  std::printf("p90 %.0f ms, 95 %% from %.0f to %.0f\n", p90->value, p90->interval.lower, p90->interval.upper);
  std::printf("one row is worth 1 / %.1f independent rows\n", p90->design_effect);
}
