#include "frame_reader.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// Fewer levels than this are never refused, however few units there are.
constexpr std::size_t kLevelsAlwaysAllowed = 1'000;

bool blank(const std::optional<std::string>& text) {
  return !text || text->find_first_not_of(" \t") == std::string::npos;
}

/// Where the columns of one metric stand in the answer.
struct MetricColumns {
  MomentColumns moments;
  std::size_t binary;
  std::vector<std::size_t> covariate_means;
  std::vector<std::size_t>
      covariances;  ///< row-major, symmetric; the first entry is the metric's own variance
};

MetricColumns metric_columns(const Answer& answer, std::size_t metric, std::size_t covariates) {
  const auto column = [&](const std::string& name) {
    return answer.column(fmt::format("m{}_{}", metric, name));
  };
  MetricColumns columns{{column("count"), column("mean"), column("variance"), column("cubes"),
                         column("minimum"), column("maximum")},
                        column("binary"),
                        {},
                        {}};
  for (std::size_t k = 0; k < covariates; ++k)
    columns.covariate_means.push_back(column(fmt::format("z{}", k)));
  for (std::size_t a = 0; covariates > 0 && a <= covariates; ++a) {
    for (std::size_t b = 0; b <= covariates; ++b) {
      const auto [low, high] = std::minmax(a, b);
      columns.covariances.push_back(high == 0 ? columns.moments.variance
                                              : column(fmt::format("c{}_{}", low, high)));
    }
  }
  return columns;
}

struct CheckColumns {
  std::vector<std::pair<CellCheck::Kind, std::size_t>> checks;
  std::optional<std::size_t> refused;
};

CheckColumns check_columns(const Answer& answer, const MeasureSql& sql, const std::string& name) {
  CheckColumns columns;
  for (std::size_t c = 0; c < sql.checks.size(); ++c) {
    columns.checks.emplace_back(sql.checks[c].kind, answer.column(fmt::format("{}_check{}", name, c)));
  }
  if (answer.has_column(name + "_refused")) columns.refused = answer.column(name + "_refused");
  return columns;
}

void add_checks(CellTotals& totals, const CheckColumns& columns, const Row& row) {
  for (const auto& [kind, column] : columns.checks) {
    const std::uint64_t count = row.count(column);
    switch (kind) {
      case CellCheck::Kind::NotANumber:
        totals.not_a_number += count;
        break;
      case CellCheck::Kind::Word:
        totals.words += count;
        break;
      case CellCheck::Kind::OtherNumber:
        totals.other_numbers += count;
        break;
      case CellCheck::Kind::Infinite:
        totals.infinite += count;
        break;
    }
  }
  if (columns.refused) totals.refused_units += row.count(*columns.refused);
}

MetricAggregate read_metric(const Row& row, const MetricColumns& columns, std::uint64_t units,
                            std::size_t metric, const Centres& centres) {
  MetricAggregate aggregate;
  aggregate.moments = read_moments(row, columns.moments, centres.metrics[metric]);
  aggregate.missing = units - aggregate.moments.count;
  aggregate.only_zero_and_one = row.missing(columns.binary) || row.truth(columns.binary);
  if (columns.covariate_means.empty()) return aggregate;
  const double n = static_cast<double>(aggregate.moments.count);
  std::vector<double> means{aggregate.moments.mean};
  for (std::size_t k = 0; k < columns.covariate_means.size(); ++k) {
    means.push_back(n == 0 ? 0 : centres.covariates[k] + row.number(columns.covariate_means[k]));
  }
  std::vector<double> comoments;
  comoments.reserve(columns.covariances.size());
  for (const std::size_t column : columns.covariances) comoments.push_back(n * row.number(column));
  comoments.front() = aggregate.moments.m2;
  aggregate.with_covariates =
      stats::CrossMoments::from_parts(aggregate.moments.count, std::move(means), std::move(comoments));
  return aggregate;
}

void merge_into(Cell& cell, const Cell& other) {
  cell.units += other.units;
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    MetricAggregate& metric = cell.metrics[i];
    metric.moments.merge(other.metrics[i].moments);
    metric.missing += other.metrics[i].missing;
    metric.only_zero_and_one = metric.only_zero_and_one && other.metrics[i].only_zero_and_one;
    metric.with_covariates.merge(other.metrics[i].with_covariates);
  }
}

/// The dimension with most levels, and how many.
std::pair<std::size_t, std::size_t> widest_dimension(const std::vector<std::set<std::string>>& levels) {
  std::pair<std::size_t, std::size_t> widest{0, 0};
  for (std::size_t j = 0; j < levels.size(); ++j) {
    if (levels[j].size() > widest.second) widest = {j, levels[j].size()};
  }
  return widest;
}

}  // namespace

stats::Moments read_moments(const Row& row, const MomentColumns& columns, double centre) {
  stats::Moments moments;
  moments.count = row.count(columns.count);
  if (moments.count == 0) return moments;
  const double n = static_cast<double>(moments.count);
  const double offset = row.number(columns.mean);
  moments.mean = centre + offset;
  moments.m2 = n * row.number(columns.variance);
  moments.minimum = row.number(columns.minimum);
  moments.maximum = row.number(columns.maximum);
  // sum (x - c)^3 = m3 + 3 (mean - c) m2 + n (mean - c)^3
  const double m3 = row.number(columns.cubes) - 3 * offset * moments.m2 - n * offset * offset * offset;
  moments.m3 = moments.minimum < moments.maximum && std::isfinite(m3) ? m3 : 0;
  if (moments.minimum == moments.maximum) {
    moments.mean = moments.minimum;
    moments.m2 = 0;
  }
  return moments;
}

/// Takes over the rows of the answers one by one.
class FrameReader::Work {
 public:
  Work(const Answer& answer, const SqlPlan& plan, const UnitFrameQuery& query, const Centres& centres)
      : query_(query), centres_(centres), levels_(plan.dimensions.size()) {
    for (const char* name : {"status", "variant", "units", "rows", "rows_without_variant", "repeated",
                             "varied", "events", "unmatched_events", "bad_times", "bad_event_times"}) {
      column_[name] = answer.column(name);
    }
    for (std::size_t j = 0; j < levels_.size(); ++j)
      level_columns_.push_back(answer.column(fmt::format("level{}", j)));
    for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
      metric_columns_.push_back(metric_columns(answer, i, plan.covariates.size()));
      metric_checks_.push_back(check_columns(answer, plan.metrics[i], fmt::format("m{}", i)));
    }
    for (std::size_t k = 0; k < plan.covariates.size(); ++k) {
      missing_columns_.push_back(answer.column(fmt::format("z{}_missing", k)));
      covariate_checks_.push_back(check_columns(answer, plan.covariates[k], fmt::format("z{}", k)));
    }
    result_.metrics.resize(plan.metrics.size());
    result_.covariates.resize(plan.covariates.size());
    result_.frame.covariate_missing.resize(plan.covariates.size());
  }

  void take(const Row& row) {
    const auto count = [&](const char* name) { return row.count(column_.at(name)); };
    Frame& frame = result_.frame;
    frame.rows += count("rows");
    frame.rows_without_variant += count("rows_without_variant");
    frame.repeated_units += count("repeated");
    frame.units_in_several_levels += count("varied");
    frame.events += count("events");
    frame.events_without_exposure += count("unmatched_events");
    result_.bad_times += count("bad_times");
    result_.bad_event_times += count("bad_event_times");
    for (std::size_t i = 0; i < metric_checks_.size(); ++i)
      add_checks(result_.metrics[i], metric_checks_[i], row);
    for (std::size_t k = 0; k < covariate_checks_.size(); ++k)
      add_checks(result_.covariates[k], covariate_checks_[k], row);
    const auto status = static_cast<UnitStatus>(count("status"));
    if (status == UnitStatus::SeveralVariants) {
      frame.units_in_several_variants += count("units");
    } else if (status == UnitStatus::Unplaced) {
      frame.rows_without_unit += count("rows") - count("rows_without_variant");
    } else {
      take_cell(row);
    }
  }

  Result<CellsAnswer> finish() {
    if (cells_.size() > query_.maximum_cells) {
      const auto [dimension, levels] = widest_dimension(levels_);
      return tl::unexpected(too_many_cells(dimension, levels));
    }
    std::uint64_t units = 0;
    for (const auto& [key, cell] : cells_) units += cell.units;
    const auto [dimension, levels] = widest_dimension(levels_);
    if (levels > kLevelsAlwaysAllowed && levels * 2 > units) {
      return tl::unexpected(
          too_many_levels(query_.dimension_columns[dimension], fmt::format("{}", levels), units));
    }
    result_.frame.cells.reserve(cells_.size());
    for (auto& [key, cell] : cells_) result_.frame.cells.push_back(std::move(cell));
    return std::move(result_);
  }

 private:
  using Key = std::pair<std::string, std::vector<std::optional<std::string>>>;

  void take_cell(const Row& row) {
    Cell cell;
    const auto variant = row.text(column_.at("variant"));
    cell.units = row.count(column_.at("units"));
    if (blank(variant)) {
      result_.frame.rows_without_variant += cell.units;
      return;
    }
    cell.variant = *variant;
    for (std::size_t j = 0; j < level_columns_.size(); ++j) {
      auto level = row.text(level_columns_[j]);
      if (blank(level)) level.reset();
      if (level) levels_[j].insert(*level);
      cell.levels.push_back(std::move(level));
    }
    for (std::size_t k = 0; k < missing_columns_.size(); ++k)
      result_.frame.covariate_missing[k] += row.count(missing_columns_[k]);
    for (std::size_t i = 0; i < metric_columns_.size(); ++i) {
      cell.metrics.push_back(read_metric(row, metric_columns_[i], cell.units, i, centres_));
    }
    const auto [place, fresh] = cells_.try_emplace(Key{cell.variant, cell.levels});
    // Blank levels of different lengths are one level.
    if (fresh)
      place->second = std::move(cell);
    else
      merge_into(place->second, cell);
  }

  [[nodiscard]] Error too_many_cells(std::size_t dimension, std::size_t levels) const {
    if (levels_.empty()) {
      return {
          ErrorCode::ResourceLimit,
          fmt::format("'{}' has more than {} different values", query_.variant_column, query_.maximum_cells),
          "name the column that holds the variant"};
    }
    return {
        ErrorCode::ResourceLimit,
        fmt::format("the dimensions cut the units into more than {} cells; '{}' alone has at least {} levels",
                    query_.maximum_cells, query_.dimension_columns[dimension], levels),
        fmt::format("leave '{}' out, or sort its values into fewer levels",
                    query_.dimension_columns[dimension])};
  }

  const UnitFrameQuery& query_;
  const Centres& centres_;
  std::map<std::string, std::size_t> column_;
  std::vector<std::size_t> level_columns_;
  std::vector<MetricColumns> metric_columns_;
  std::vector<CheckColumns> metric_checks_;
  std::vector<CheckColumns> covariate_checks_;
  std::vector<std::size_t> missing_columns_;
  std::vector<std::set<std::string>> levels_;
  std::map<Key, Cell> cells_;
  CellsAnswer result_;
};

Error too_many_levels(const std::string& dimension, const std::string& levels, std::uint64_t units) {
  return {ErrorCode::ResourceLimit,
          fmt::format("'{}' has {} levels among {} units, too many to compare", dimension, levels, units),
          fmt::format("leave '{}' out, or sort its values into fewer levels", dimension)};
}

FrameReader::FrameReader(const UnitFrameQuery& query, const Centres& centres)
    : query_(query), centres_(centres) {}

FrameReader::~FrameReader() = default;

void FrameReader::take(Answer& answer, const SqlPlan& plan) {
  // Every part's answer has the same columns.
  if (!work_) work_ = std::make_unique<Work>(answer, plan, query_, centres_);
  answer.for_each([&](const Row& row) {
    work_->take(row);
    return true;
  });
}

Result<CellsAnswer> FrameReader::finish() {
  return work_ ? work_->finish() : Result<CellsAnswer>(CellsAnswer{});
}

}  // namespace splitplot::store::duckdb
