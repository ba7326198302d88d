#include "scorecard.hpp"

#include <cstdio>

namespace splitplot::calibration {
namespace {

const Row kRows[] = {
    {"S1", &measure_s1},   {"S2", &measure_s2},   {"S3", &measure_s3},   {"edges", &measure_edges},
    {"S4", &measure_s4},   {"S5", &measure_s5},   {"S6", &measure_s6},   {"S7", &measure_s7},
    {"S8", &measure_s8},   {"S9", &measure_s9},   {"S10", &measure_s10}, {"S11", &measure_s11},
    {"S12", &measure_s12}, {"S13", &measure_s13}, {"S14", &measure_s14},
};

std::string format(const char* pattern, double first, double second = 0) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, first, second);
  return text;
}

}  // namespace

std::span<const Row> rows() {
  return kRows;
}

std::string percent(double rate) {
  return format("%.2f %%", 100 * rate);
}

std::string percent(const Rate& rate) {
  return format("%.2f +- %.2f %%", 100 * rate.value(), 100 * rate.band(rate.value()));
}

}  // namespace splitplot::calibration
