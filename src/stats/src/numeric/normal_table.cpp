#include "numeric/normal_table.hpp"

namespace splitplot::stats {

NormalTable::NormalTable() {
  constexpr int kPoints = static_cast<int>(2 * kReach * kPointsPerUnit) + 1;
  for (int i = 0; i < kPoints; ++i) {
    const double z = i / kPointsPerUnit - kReach;
    values_.push_back({normal_cdf(z), normal_pdf(z)});
  }
}

const NormalTable& NormalTable::table() {
  static const NormalTable kTable;
  return kTable;
}

}  // namespace splitplot::stats
