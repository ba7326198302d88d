#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>
#include <vector>

namespace splitplot::stats {
namespace {

using Counts = std::vector<std::uint32_t>;

constexpr double kTie = 1e-7;    // tables this close in probability count as equally likely
constexpr double kMerged = 1e9;  // partial tables whose log probabilities agree to 1 / kMerged are merged
constexpr double kMostSteps = 1e8;
constexpr std::uint64_t kMostUnits = 1'000'000;

/// Probability that partial tables with one rest and one log probability (the key, in units of 1 / kMerged) have together.
using Paths = std::unordered_map<std::int64_t, double>;

/// log n! for all n up to the units of a table.
std::vector<double> log_factorials(std::size_t units) {
  std::vector<double> result(units + 1, 0.0);
  for (std::size_t n = 2; n <= units; ++n) result[n] = log_gamma(static_cast<double>(n) + 1);
  return result;
}

/// Every way in which a column's units can come from the rows' rests, with its log probability (multivariate hypergeometric).
class ColumnWalk {
 public:
  ColumnWalk(const std::vector<double>& log_factorial, const Counts& rests, std::uint32_t units)
      : log_factorial_(log_factorial), rests_(rests), later_(rests.size() + 1, 0), taken_(rests.size(), 0) {
    for (std::size_t i = rests.size(); i > 0; --i) later_[i - 1] = later_[i] + rests[i - 1];
    const std::uint32_t all = later_[0];
    log_constant_ = log_factorial[units] + log_factorial[all - units] - log_factorial[all];
    units_ = units;
  }

  /// Calls visit(taken, log probability). False where the budget of steps is used up.
  template <typename Visit>
  bool each(double& steps, const Visit& visit) {
    return descend(0, units_, log_constant_, steps, visit);
  }

 private:
  template <typename Visit>
  bool descend(std::size_t row, std::uint32_t left, double log_probability, double& steps,
               const Visit& visit) {
    const std::uint32_t rest = rests_[row];
    const std::uint32_t least = left > later_[row + 1] ? left - later_[row + 1] : 0;
    const std::uint32_t most = std::min(rest, left);
    const bool last = row + 1 == rests_.size();
    for (std::uint32_t taken = least; taken <= most; ++taken) {
      taken_[row] = taken;
      const double next =
          log_probability + log_factorial_[rest] - log_factorial_[taken] - log_factorial_[rest - taken];
      if (!last) {
        if (!descend(row + 1, left - taken, next, steps, visit)) return false;
        continue;
      }
      if (++steps > kMostSteps) return false;
      visit(taken_, next);
    }
    return true;
  }

  const std::vector<double>& log_factorial_;
  const Counts& rests_;
  Counts later_;  // units in the rows from here on
  Counts taken_;
  double log_constant_ = 0;
  std::uint32_t units_ = 0;
};

/// The margins with units, the shorter side as rows and columns from the smallest up, so that few partial tables arise; and the table's
/// own log probability.
struct Layout {
  Counts rows;
  Counts columns;
  double log_probability = 0;
};

Layout layout_of(std::span<const std::uint64_t> table, std::size_t columns,
                 const std::vector<double>& log_factorial) {
  Counts row_sums(table.size() / columns, 0);
  Counts column_sums(columns, 0);
  Layout layout;
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    row_sums[cell / columns] += static_cast<std::uint32_t>(table[cell]);
    column_sums[cell % columns] += static_cast<std::uint32_t>(table[cell]);
    layout.log_probability -= log_factorial[table[cell]];
  }
  layout.log_probability -= log_factorial[std::accumulate(row_sums.begin(), row_sums.end(), std::size_t{0})];
  for (Counts* sums : {&row_sums, &column_sums}) {
    std::erase(*sums, 0U);
    std::sort(sums->begin(), sums->end());
    for (const std::uint32_t sum : *sums) layout.log_probability += log_factorial[sum];
  }
  if (row_sums.size() > column_sums.size()) std::swap(row_sums, column_sums);
  layout.rows = std::move(row_sums);
  layout.columns = std::move(column_sums);
  return layout;
}

/// Probability of the partial tables in `paths` whose completions by the last two columns are at most as likely as `limit`.
bool add_completions(const Paths& paths, ColumnWalk walk, double limit, double& steps, double& p_value) {
  std::vector<std::pair<double, double>>
      thresholds;  // of the completion's log probability, and the weight behind each
  for (const auto& [key, weight] : paths)
    thresholds.emplace_back(limit - static_cast<double>(key) / kMerged, weight);
  std::sort(thresholds.begin(), thresholds.end());
  std::vector<double> completed(thresholds.size() + 1, 0.0);
  const bool done = walk.each(steps, [&](const Counts&, double log_probability) {
    const auto first = std::lower_bound(thresholds.begin(), thresholds.end(), log_probability,
                                        [](const auto& item, double value) { return item.first < value; });
    completed[static_cast<std::size_t>(first - thresholds.begin())] += std::exp(log_probability);
  });
  double below = 0;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    below += completed[i];
    p_value += thresholds[i].second * below;
  }
  return done;
}

}  // namespace

Estimated<double> fisher_table_p_value(std::span<const std::uint64_t> table, std::size_t columns) {
  if (columns == 0 || table.size() % columns != 0) return not_estimable("the table is not rectangular");
  std::uint64_t units = 0;
  for (const std::uint64_t count : table) {
    if (count > kMostUnits - units) return not_estimable("the table has too many units for an exact test");
    units += count;
  }
  const std::vector<double> log_factorial = log_factorials(units);
  const Layout layout = layout_of(table, columns, log_factorial);
  if (layout.rows.size() < 2 || layout.columns.size() < 2) {
    return not_estimable("fewer than two rows or columns of the table have any units");
  }
  const double limit = layout.log_probability + std::log1p(kTie);

  // Rests of the rows, sorted since their order does not matter, and the partial tables that lead there.
  std::map<Counts, Paths> states{{layout.rows, Paths{{0, 1.0}}}};
  double steps = 0;
  bool done = true;
  for (std::size_t column = 0; done && column + 2 < layout.columns.size(); ++column) {
    std::map<Counts, Paths> next;
    for (const auto& [rests, paths] : states) {
      Counts left(rests.size());
      done = done && ColumnWalk(log_factorial, rests, layout.columns[column])
                         .each(steps, [&](const Counts& taken, double log_probability) {
                           for (std::size_t i = 0; i < rests.size(); ++i) left[i] = rests[i] - taken[i];
                           std::sort(left.begin(), left.end());
                           Paths& target = next[left];
                           const double probability = std::exp(log_probability);
                           const std::int64_t shift = std::llround(log_probability * kMerged);
                           steps += static_cast<double>(paths.size());
                           for (const auto& [key, weight] : paths)
                             target[key + shift] += weight * probability;
                         });
    }
    states = std::move(next);
  }
  double p_value = 0;
  for (const auto& [rests, paths] : states) {
    done = done && add_completions(paths, ColumnWalk(log_factorial, rests, layout.columns.end()[-2]), limit,
                                   steps, p_value);
  }
  if (!done) return not_estimable("the table has too many units for an exact test");
  return std::min(1.0, p_value);
}

}  // namespace splitplot::stats
