#include <splitplot/decide/hash.hpp>
#include <splitplot/experiment/balanced_salt.hpp>
#include <splitplot/stats/adjust/balance.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

/// Categories beyond these, the rarest, are balanced as one.
constexpr std::size_t kMostLevels = 20;
constexpr std::uint64_t kSaltsBetweenProgress = 10;

/// One number for each unit.
struct Column {
  std::string covariate;
  std::string level;
  std::vector<double> values;
};

std::optional<double> number_of(const std::string& cell) {
  double number = 0;
  const char* end = cell.data() + cell.size();
  const auto read = std::from_chars(cell.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_numeric(const BalanceCovariate& covariate) {
  bool some = false;
  for (const std::string& cell : covariate.cells) {
    if (cell.empty()) continue;
    if (!number_of(cell)) return false;
    some = true;
  }
  return some;
}

/// Who has no number gets the mean, and a column says that it is missing.
void add_numbers(const BalanceCovariate& covariate, std::vector<Column>& columns) {
  stats::Moments known;
  for (const std::string& cell : covariate.cells) {
    if (const auto number = number_of(cell)) known.add(*number);
  }
  Column values{covariate.name, "", {}};
  Column missing{covariate.name, "missing", {}};
  for (const std::string& cell : covariate.cells) {
    const auto number = number_of(cell);
    values.values.push_back(number.value_or(known.mean));
    missing.values.push_back(number ? 0 : 1);
  }
  columns.push_back(std::move(values));
  if (known.count < covariate.cells.size()) columns.push_back(std::move(missing));
}

/// A column for each level; that they add up to 1 does not matter. Missing is one of them.
void add_categories(const BalanceCovariate& covariate, std::vector<Column>& columns,
                    std::vector<std::string>& notes) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::string& cell : covariate.cells) ++counts[cell];
  std::vector<std::pair<std::uint64_t, std::string>> levels;
  for (const auto& [level, count] : counts) levels.emplace_back(count, level);
  std::ranges::sort(levels, [](const auto& left, const auto& right) {
    return left.first != right.first ? left.first > right.first : left.second < right.second;
  });
  std::map<std::string, std::size_t> places;
  const std::size_t first = columns.size();
  for (const auto& [count, level] : levels) {
    const std::size_t place = std::min(places.size(), kMostLevels - 1);
    const bool is_rest = place == kMostLevels - 1 && levels.size() > kMostLevels;
    places[level] = place;
    if (columns.size() > first + place) continue;
    std::string name = is_rest ? "other" : level.empty() ? "missing" : level;
    columns.push_back({covariate.name, std::move(name), std::vector<double>(covariate.cells.size(), 0)});
  }
  if (levels.size() > kMostLevels) {
    notes.push_back(fmt::format("'{}' has {} values; all but the {} most frequent are balanced as one.",
                                covariate.name, levels.size(), kMostLevels - 1));
  }
  for (std::size_t i = 0; i < covariate.cells.size(); ++i)
    columns[first + places.at(covariate.cells[i])].values[i] = 1;
}

/// The units of a list, ready to be split by one salt after another.
class Balancing {
 public:
  Balancing(const BalanceRequest& request, const std::vector<Column>& columns, stats::Whitening whitening)
      : request_(request),
        columns_(columns),
        size_(whitening.coordinates()),
        ranges_(decide::bucket_ranges(request.weights, request.coverage)) {
    std::vector<double> row(columns.size());
    coordinates_.resize(request.ids.size() * size_);
    for (std::size_t i = 0; i < request.ids.size(); ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) row[j] = columns[j].values[i];
      whitening.apply(row, std::span(coordinates_).subspan(i * size_, size_));
    }
  }

  /// Nothing where a variant has no units.
  [[nodiscard]] std::optional<SaltBalance> balance(const std::string& salt) const {
    SaltBalance found;
    found.salt = salt;
    found.units.assign(ranges_.size(), 0);
    std::vector<double> sums(ranges_.size() * size_, 0);
    for (std::size_t i = 0; i < request_.ids.size(); ++i) {
      const auto variant = decide::range_at(decide::bucket_of(salt, request_.ids[i]), ranges_);
      if (!variant) continue;
      ++found.units[*variant];
      for (std::size_t k = 0; k < size_; ++k) sums[*variant * size_ + k] += coordinates_[i * size_ + k];
    }
    const auto distance = stats::mahalanobis_distance(found.units, sums);
    if (!distance) return std::nullopt;
    found.distance = *distance;
    const auto degrees = static_cast<double>((ranges_.size() - 1) * size_);
    found.share_as_good = 1 - stats::chi_square_sf(found.distance, degrees);
    return found;
  }

  /// Standardised differences to the control, column by column, variant by variant.
  [[nodiscard]] std::vector<stats::Estimated<double>> differences(const std::string& salt) const {
    std::vector<stats::Moments> moments(columns_.size() * ranges_.size());
    for (std::size_t i = 0; i < request_.ids.size(); ++i) {
      const auto variant = decide::range_at(decide::bucket_of(salt, request_.ids[i]), ranges_);
      if (!variant) continue;
      for (std::size_t j = 0; j < columns_.size(); ++j)
        moments[j * ranges_.size() + *variant].add(columns_[j].values[i]);
    }
    std::vector<stats::Estimated<double>> found;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const std::size_t first = j * ranges_.size();
      for (std::size_t variant = 0; variant < ranges_.size(); ++variant) {
        if (variant == request_.control) continue;
        found.push_back(
            stats::standardised_mean_difference(moments[first + request_.control], moments[first + variant]));
      }
    }
    return found;
  }

 private:
  const BalanceRequest& request_;
  const std::vector<Column>& columns_;
  std::size_t size_;
  std::vector<decide::BucketRange> ranges_;
  std::vector<double> coordinates_;  // units x coordinates
};

Result<void> check(const BalanceRequest& request) {
  const auto refuse = [](std::string message, std::string hint) {
    return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
  };
  if (request.covariates.empty())
    return refuse("there are no covariates to balance", "name columns of the list");
  if (request.salts == 0) return refuse("no salts are to be tried", "try a thousand");
  if (request.variants.size() < 2 || request.weights.size() != request.variants.size() ||
      request.control >= request.variants.size())
    return refuse("variants and weights do not fit", "there are at least two, with a weight each");
  for (const BalanceCovariate& covariate : request.covariates) {
    if (covariate.cells.size() != request.ids.size())
      return refuse(fmt::format("'{}' has not one cell for each unit", covariate.name), "");
  }
  return {};
}

std::vector<BalanceRow> rows_of(const BalanceRequest& request, const std::vector<Column>& columns,
                                const Balancing& balancing, const BalanceResult& result) {
  const auto before = balancing.differences(result.present.salt);
  const auto after = balancing.differences(result.chosen.salt);
  std::vector<BalanceRow> rows;
  for (const Column& column : columns) {
    for (std::size_t variant = 0; variant < request.variants.size(); ++variant) {
      if (variant == request.control) continue;
      const std::size_t at = rows.size();
      rows.push_back({column.covariate, column.level, request.variants[variant], before[at], after[at]});
    }
  }
  return rows;
}

}  // namespace

Result<BalanceResult> find_balanced_salt(const BalanceRequest& request, const BalanceProgress& progress) {
  if (auto checked = check(request); !checked) return tl::unexpected(checked.error());
  BalanceResult result;
  result.units = request.ids.size();
  std::vector<Column> columns;
  for (const BalanceCovariate& covariate : request.covariates) {
    if (is_numeric(covariate)) {
      add_numbers(covariate, columns);
    } else {
      add_categories(covariate, columns, result.notes);
    }
  }
  stats::CrossMoments moments(columns.size());
  std::vector<double> row(columns.size());
  for (std::size_t i = 0; i < request.ids.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) row[j] = columns[j].values[i];
    moments.add(row);
  }
  auto whitening = stats::Whitening::of(moments);
  if (!whitening)
    return fail(ErrorCode::BadData, fmt::format("nothing can be balanced: {}", whitening.error().why),
                "name covariates in which units differ");
  result.coordinates = whitening->coordinates();
  const Balancing balancing(request, columns, *std::move(whitening));
  std::optional<SaltBalance> best;
  std::optional<SaltBalance> first;
  for (std::uint64_t i = 1; i <= request.salts; ++i) {
    auto found = balancing.balance(fmt::format("{}-{}", request.salt_prefix, i));
    ++result.tried;
    if (found && !first) first = found;
    if (found && (!best || found->distance < best->distance)) best = std::move(found);
    if (progress && i % kSaltsBetweenProgress == 0 &&
        !progress(static_cast<double>(i) / static_cast<double>(request.salts)))
      return fail(ErrorCode::Cancelled, "the search was stopped", "");
  }
  if (!best)
    return fail(ErrorCode::BadData, "under every salt some variant has no units",
                "the list is too short to be split");
  const auto present = request.present_salt.empty() ? first : balancing.balance(request.present_salt);
  result.present = present.value_or(*first);
  // What is there already stays, unless something is better.
  result.chosen = best->distance < result.present.distance ? *std::move(best) : result.present;
  result.rows = rows_of(request, columns, balancing, result);
  return result;
}

}  // namespace splitplot::experiment
