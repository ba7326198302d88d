#include "example_experiment.hpp"

#include <splitplot/base/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct Share {
  std::string_view name;
  double share;     ///< of the units
  double purchase;  ///< factor on the purchase rate
};

constexpr std::array<Share, 3> kDevices{
    {{"mobile", 0.58, 0.8}, {"desktop", 0.34, 1.3}, {"tablet", 0.08, 1.1}}};
constexpr std::array<Share, 2> kCustomers{{{"new", 0.62, 0.7}, {"returning", 0.38, 1.5}}};
constexpr std::array<Share, 8> kCountries{{{"DE", 0.30, 1.0},
                                           {"FR", 0.20, 0.95},
                                           {"IT", 0.15, 0.9},
                                           {"ES", 0.12, 0.9},
                                           {"NL", 0.10, 1.1},
                                           {"AT", 0.07, 1.05},
                                           {"PL", 0.04, 0.8},
                                           {"SE", 0.02, 1.0}}};
constexpr std::array<std::string_view, 3> kVariants{"control", "short_form", "express"};
constexpr double kPurchaseRate = 0.085;
constexpr double kExpressMobileLift = 0.30;
constexpr double kMeanLogOrder = 3.6;  // exp(3.6) = 37 in the middle
constexpr double kSpreadLogOrder = 0.6;

template <std::size_t N>
const Share& draw(const std::array<Share, N>& shares, RandomStream& random) {
  double left = random.uniform();
  for (const Share& share : shares) {
    left -= share.share;
    if (left < 0) return share;
  }
  return shares.back();
}

double order_value(double loyalty, RandomStream& random) {
  return std::exp(kMeanLogOrder + 0.25 * loyalty + kSpreadLogOrder * random.normal());
}

}  // namespace

std::string example_experiment_csv(std::uint64_t units, std::uint64_t seed) {
  RandomStream random(seed);
  std::string csv = "user_id,variant,device,customer,country,spend_before,purchased,revenue\n";
  auto out = std::back_inserter(csv);
  for (std::uint64_t i = 0; i < units; ++i) {
    const std::string_view variant = kVariants[random.below(kVariants.size())];
    const Share& device = draw(kDevices, random);
    const Share& customer = draw(kCustomers, random);
    const Share& country = draw(kCountries, random);
    const double loyalty = random.normal();  // what spend before and during the test have in common
    const bool returning = customer.name == "returning";
    const double spend_before = returning && random.bernoulli(0.8) ? order_value(1.5 * loyalty, random) : 0;
    double rate =
        kPurchaseRate * device.purchase * customer.purchase * country.purchase * std::exp(0.35 * loyalty);
    if (variant == "express" && device.name == "mobile") rate *= 1 + kExpressMobileLift;
    const bool purchased = random.bernoulli(std::min(rate, 0.9));
    const double revenue = purchased ? order_value(1.5 * loyalty, random) : 0;
    fmt::format_to(out, "u{},{},{},{},{},{:.2f},{},{:.2f}\n", i + 1, variant, device.name, customer.name,
                   country.name, spend_before, purchased ? 1 : 0, revenue);
  }
  return csv;
}

}  // namespace splitplot::app
