/// The answer to a cells query (frame_sql.hpp) as a frame, and what has to be judged before it may be handed
/// out.
#pragma once

#include "connection.hpp"
#include "frame_sql.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace splitplot::store::duckdb {

/// Cells of a measure's column by what they are, where that was counted.
struct CellTotals {
  std::uint64_t not_a_number = 0;
  std::uint64_t words = 0;
  std::uint64_t other_numbers = 0;
  std::uint64_t infinite = 0;
  std::uint64_t refused_units = 0;  ///< units with several rows where one was asked for

  /// yes/no and the like count as 1/0 only in a column of nothing else.
  [[nodiscard]] bool words_among_numbers() const { return words > 0 && other_numbers > 0; }
  [[nodiscard]] bool bad() const { return not_a_number > 0 || words_among_numbers(); }
};

struct CellsAnswer {
  Frame frame;
  std::vector<CellTotals> metrics;
  std::vector<CellTotals> covariates;
  std::uint64_t bad_times = 0;
  std::uint64_t bad_event_times = 0;
};

/// Where the columns of moments stand in an answer. Mean and third powers are around a centre.
struct MomentColumns {
  std::size_t count, mean, variance, cubes, minimum, maximum;
};

/// From mean, variance and third powers around the centre to moments around the mean.
[[nodiscard]] stats::Moments read_moments(const Row& row, const MomentColumns& columns, double centre);

/// Collects the answers to a cells query: one, or one per part of the units.
class FrameReader {
 public:
  FrameReader(const UnitFrameQuery& query, const Centres& centres);
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  void take(Answer& answer, const SqlPlan& plan);

  /// Errors: ResourceLimit, naming the dimension with most levels: more cells than `query.maximum_cells`, or
  /// about as many levels as units.
  [[nodiscard]] Result<CellsAnswer> finish();

 private:
  class Work;
  std::unique_ptr<Work> work_;
  const UnitFrameQuery& query_;
  const Centres& centres_;
};

/// The refusal of a dimension with too many levels.
[[nodiscard]] Error too_many_levels(const std::string& dimension, const std::string& levels,
                                    std::uint64_t units);

}  // namespace splitplot::store::duckdb
