#include "data_checks.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/column_roles.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

using store::ColumnSample;
using store::ColumnType;

constexpr std::uint64_t kMostVariants = 10;
constexpr std::uint64_t kMostLevels = 50;
/// Fewer rows than this tell nothing of whether values repeat.
constexpr std::uint64_t kLeastRows = 10;

std::string lower(std::string_view text) {
  std::string answer(text);
  for (char& c : answer) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return answer;
}

bool is_called(std::string_view name, std::initializer_list<std::string_view> words) {
  const std::string plain = lower(name);
  return std::ranges::any_of(words, [&](std::string_view word) { return plain.find(word) != plain.npos; });
}

bool is_called_variant(std::string_view name) {
  return is_called(name, {"variant", "variation", "treatment", "group", "arm", "bucket"});
}

/// "id", "user_id", "customerId", "uuid"; not "paid".
bool is_called_id(std::string_view name) {
  const std::string plain = lower(name);
  if (plain == "id" || plain == "uuid" || plain == "guid") return true;
  return plain.ends_with("_id") || plain.ends_with("-id") || plain.ends_with(" id") || name.ends_with("Id") ||
         plain.ends_with("uuid");
}

/// "spend_before", "preSpend", "before": a word at either end that says when it was measured; not "preview".
bool is_called_earlier(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool is_letter_or_digit = std::isalnum(static_cast<unsigned char>(name[i])) != 0;
    const bool is_hump = i > 0 && std::isupper(static_cast<unsigned char>(name[i])) != 0 &&
                         std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if ((!is_letter_or_digit || is_hump) && !words.back().empty()) words.emplace_back();
    if (is_letter_or_digit) words.back() += lower(name.substr(i, 1));
  }
  if (words.back().empty()) words.pop_back();
  constexpr std::array<std::string_view, 5> kEarlier{"before", "pre", "prior", "previous", "baseline"};
  return std::ranges::find(kEarlier, words.front()) != kEarlier.end() ||
         std::ranges::find(kEarlier, words.back()) != kEarlier.end();
}

std::uint64_t present(const ColumnSample& sample, std::uint64_t rows) {
  return rows - sample.missing;
}

/// Why a column may be the variant, and how telling that is; nothing where it cannot be.
struct Candidate {
  int weight = 0;
  std::string why;
};
std::optional<Candidate> as_variant(const store::Column& column, const ColumnSample& sample) {
  if (column.type == ColumnType::Real || column.type == ColumnType::Time || column.type == ColumnType::Other)
    return std::nullopt;
  if (sample.distinct < 2 || sample.distinct > kMostVariants) return std::nullopt;
  const auto control = guess_control(sample.values);
  const bool called = is_called_variant(column.name);
  // 0 and 1, a and b, yes and no are common outside of tests too.
  const bool telling = control && control->size() > 3 && column.type == ColumnType::Text &&
                       lower(*control) != "none" && lower(*control) != "false";
  if (!called && !telling) return std::nullopt;
  std::string why = fmt::format("{} different values", sample.distinct);
  if (control) why += fmt::format(", one of them '{}'", *control);
  if (called) why += ", and a name that says so";
  return Candidate{(called ? 2 : 0) + (telling ? 3 : 0) + (control ? 1 : 0), std::move(why)};
}

std::optional<Candidate> as_unit(const store::Column& column, const ColumnSample& sample,
                                 std::uint64_t rows) {
  const std::uint64_t values = present(sample, rows);
  if (values < kLeastRows || column.type == ColumnType::Real || column.type == ColumnType::Time)
    return std::nullopt;
  const bool called = is_called_id(column.name);
  const bool unique = sample.distinct == values;
  if (!called && !(unique && column.type == ColumnType::Text)) return std::nullopt;
  if (sample.distinct * 5 < values || sample.distinct <= kMostLevels) {
    if (!unique) return std::nullopt;
  }
  std::string why =
      unique ? "a different value in every row" : "many different values, some of them repeated";
  if (called) why += ", and a name that says so";
  return Candidate{(called ? 2 : 0) + (unique ? 1 : 0), std::move(why)};
}

/// What a column is that is neither variant nor unit.
ColumnSuggestion plain_role(const store::Column& column, const ColumnSample& sample, std::uint64_t rows) {
  if (present(sample, rows) == 0) return {ColumnRole::None, "it is empty"};
  if (sample.distinct == 1) return {ColumnRole::None, "the same value in every row"};
  switch (column.type) {
    case ColumnType::Time:
      return {ColumnRole::Time, "it holds dates or times"};
    case ColumnType::Other:
      return {ColumnRole::None, "it holds nested values"};
    case ColumnType::Boolean:
      return {ColumnRole::Metric, "it holds yes and no"};
    case ColumnType::Integer:
    case ColumnType::Real:
      if (is_called_id(column.name)) return {ColumnRole::None, "numbers that are called an id"};
      if (is_called_earlier(column.name))
        return {ColumnRole::Covariate, "numbers known before the test, by their name: they take out noise"};
      if (sample.distinct == 2 && std::ranges::all_of(sample.values, [](const std::string& value) {
            return value == "0" || value == "1" || value == "0.0" || value == "1.0";
          }))
        return {ColumnRole::Metric, "it holds only 0 and 1"};
      return {ColumnRole::Metric, "it holds numbers"};
    case ColumnType::Text:
      break;
  }
  if (sample.distinct <= kMostLevels && sample.distinct * 2 <= present(sample, rows))
    return {ColumnRole::Dimension, fmt::format("{} different values", sample.distinct)};
  if (sample.distinct <= kMostLevels)
    return {ColumnRole::None, "text that hardly repeats, so that there is nothing to compare"};
  return {ColumnRole::None,
          fmt::format("{} different values, too many to compare", grouped(sample.distinct))};
}

/// Gives the role to the most telling candidate; the first among equals.
template <typename Judge>
void give_to_best(std::vector<ColumnSuggestion>& suggestions, ColumnRole role, const Judge& judge) {
  std::optional<std::size_t> best;
  Candidate winner;
  for (std::size_t i = 0; i < suggestions.size(); ++i) {
    if (suggestions[i].role == ColumnRole::Variant) continue;
    auto candidate = judge(i);
    if (!candidate || (best && candidate->weight <= winner.weight)) continue;
    best = i;
    winner = *std::move(candidate);
  }
  if (best) suggestions[*best] = {role, std::move(winner.why)};
}

}  // namespace

std::string_view name_of(ColumnRole role) {
  constexpr std::array<std::string_view, 7> kNames{"variant",   "unit",      "time", "metric",
                                                   "covariate", "dimension", "none"};
  return kNames.at(static_cast<std::size_t>(role));
}

std::vector<ColumnSuggestion> suggest_roles(const std::vector<store::Column>& columns,
                                            const store::TableSample& sample) {
  std::vector<ColumnSuggestion> suggestions;
  for (std::size_t i = 0; i < columns.size(); ++i)
    suggestions.push_back(plain_role(columns[i], sample.columns[i], sample.rows));
  give_to_best(suggestions, ColumnRole::Variant,
               [&](std::size_t i) { return as_variant(columns[i], sample.columns[i]); });
  give_to_best(suggestions, ColumnRole::Unit,
               [&](std::size_t i) { return as_unit(columns[i], sample.columns[i], sample.rows); });
  return suggestions;
}

}  // namespace splitplot::experiment
