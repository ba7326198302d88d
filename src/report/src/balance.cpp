#include "json_text.hpp"
#include "text.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/base/utf8.hpp>
#include <splitplot/report/balance.hpp>

#include <algorithm>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace splitplot::report {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using experiment::BalanceResult;
using experiment::BalanceRow;
using experiment::SaltBalance;

std::string difference_text(const stats::Estimated<double>& difference) {
  return difference ? fmt::format("{:+.4f}", *difference) : "no spread";
}

std::string name_of(const BalanceRow& row) {
  return single_line(row.level.empty() ? row.covariate : fmt::format("{}: {}", row.covariate, row.level));
}

std::string share_text(double share) {
  if (share >= 0.001) return fmt::format("{:.1f} % of random splits are as even or more", 100 * share);
  if (share <= 1e-12) return "hardly any random split is as even";
  return fmt::format("1 of {} random splits is as even or more",
                     grouped(static_cast<std::uint64_t>(1 / share)));
}

std::string table_text(const BalanceResult& result) {
  int covariate_width = 9;
  int variant_width = 7;
  for (const BalanceRow& row : result.rows) {
    covariate_width = std::max(covariate_width, display_width(name_of(row)));
    variant_width = std::max(variant_width, display_width(row.variant));
  }
  const auto line = [&](const std::string& covariate, const std::string& variant, const std::string& before,
                        const std::string& after) {
    return fmt::format("  {}  {}  {:>9}  {:>9}\n", pad_right(covariate, covariate_width),
                       pad_right(variant, variant_width), before, after);
  };
  std::string text = line("covariate", "variant", "before", "after");
  for (const BalanceRow& row : result.rows)
    text += line(name_of(row), row.variant, difference_text(row.before), difference_text(row.after));
  return text;
}

value difference_value(const stats::Estimated<double>& difference) {
  if (difference) return *difference;
  return object{{"not_estimable", difference.error().why}};
}

object salt_value(const SaltBalance& salt) {
  array units;
  for (const std::uint64_t count : salt.units) units.emplace_back(count);
  return {{"seed", valid_utf8(salt.salt)},
          {"distance", salt.distance},
          {"share_as_good", salt.share_as_good},
          {"units", std::move(units)}};
}

}  // namespace

std::string balance_text(const BalanceResult& result) {
  const bool stays = result.chosen.salt == result.present.salt;
  std::string text = stays ? fmt::format("None of {} salts balances {} units better than '{}'.\n",
                                         grouped(result.tried), grouped(result.units), result.chosen.salt)
                           : fmt::format("Of {} salts, '{}' balances {} units best.\n", grouped(result.tried),
                                         result.chosen.salt, grouped(result.units));
  text += fmt::format("  before  distance {:.4g}: {}\n", result.present.distance,
                      share_text(result.present.share_as_good));
  text += fmt::format("  after   distance {:.4g}: {}\n", result.chosen.distance,
                      share_text(result.chosen.share_as_good));
  text += "\nDifferences to the control, in standard deviations:\n" + table_text(result);
  for (const std::string& note : result.notes) text += "note: " + single_line(note) + "\n";
  text += fmt::format("\nPut this into the experiment's document before it starts:\n\n  seed: {}\n\n",
                      result.chosen.salt);
  text +=
      "Adjust for the same covariates in the analysis: the split is more even than chance makes it, so "
      "intervals\n"
      "without adjustment are wider than they need to be.\n";
  return text;
}

std::string balance_json(const BalanceResult& result) {
  array rows;
  for (const BalanceRow& row : result.rows) {
    object one{{"covariate", valid_utf8(row.covariate)}};
    if (!row.level.empty()) one["level"] = valid_utf8(row.level);
    one["variant"] = row.variant;
    one["before"] = difference_value(row.before);
    one["after"] = difference_value(row.after);
    rows.push_back(std::move(one));
  }
  array notes;
  for (const std::string& note : result.notes) notes.emplace_back(valid_utf8(note));
  return json_text(object{{"units", result.units},
                          {"coordinates", result.coordinates},
                          {"tried", result.tried},
                          {"before", salt_value(result.present)},
                          {"after", salt_value(result.chosen)},
                          {"differences", std::move(rows)},
                          {"notes", std::move(notes)}});
}

}  // namespace splitplot::report
