#include "selection.hpp"

#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace splitplot::content {
namespace {

/// Where nearly all are excluded, the look for the rest must end before somebody waits for it.
constexpr std::size_t kMostLookedAt = 20'000;

/// Conditions over items ask for no segment.
class NoSegments final : public model::SegmentMembership {
 public:
  [[nodiscard]] bool contains(std::string_view, const model::Attributes&) const override { return false; }
};

bool meets(const Value& item, const model::Condition& condition) {
  return condition.matches(model::Attributes(&item), NoSegments{});
}

/// A value as the text that it is compared by: 17 is "17". Nothing for lists and objects.
std::optional<std::string> text_of(const Value& value) {
  if (const std::string* text = value.if_text()) return *text;
  if (const std::int64_t* integer = value.if_integer()) return std::to_string(*integer);
  if (const double* number = value.if_float()) return std::string(ScriptNumber(*number).view());
  if (const bool* truth = value.if_boolean()) return *truth ? "true" : "false";
  return std::nullopt;
}

using Texts = std::unordered_set<std::string>;

void insert(Texts& texts, const Value& value) {
  if (const Value::Array* elements = value.if_array()) {
    for (const Value& element : *elements) {
      if (std::optional<std::string> text = text_of(element)) texts.insert(*std::move(text));
    }
  } else if (std::optional<std::string> text = text_of(value)) {
    texts.insert(*std::move(text));
  }
}

bool holds_any(const Texts& texts, const Value& cell) {
  if (const std::string* text = cell.if_text()) return texts.contains(*text);
  if (const Value::Array* elements = cell.if_array())
    return std::ranges::any_of(*elements, [&](const Value& element) { return holds_any(texts, element); });
  const std::optional<std::string> text = text_of(cell);
  return text && texts.contains(*text);
}

/// Numbers before texts before truths; what has nothing to be ordered by comes last in either order.
struct SortKey {
  int rank = 3;
  double number = 0;
  const std::string* text = nullptr;
};

SortKey key_of(const Value* cell) {
  if (cell == nullptr) return {};
  if (const std::optional<double> number = cell->number()) return {0, *number, nullptr};
  if (const std::string* text = cell->if_text()) return {1, 0, text};
  if (const bool* truth = cell->if_boolean()) return {2, *truth ? 1.0 : 0.0, nullptr};
  return {};
}

bool is_less(const SortKey& left, const SortKey& right) {
  if (left.text != nullptr) return *left.text < *right.text;
  return left.number < right.number;
}

void sort_by(std::vector<const Value*>& items, const std::string& column, model::ItemSelection::Order order) {
  std::vector<std::pair<SortKey, const Value*>> keyed;
  keyed.reserve(items.size());
  for (const Value* item : items) keyed.emplace_back(key_of(item->find(column)), item);
  const bool descends = order == model::ItemSelection::Order::Descending;
  std::ranges::stable_sort(keyed, [descends](const auto& left, const auto& right) {
    if (left.first.rank != right.first.rank) return left.first.rank < right.first.rank;
    return descends ? is_less(right.first, left.first) : is_less(left.first, right.first);
  });
  std::ranges::transform(keyed, items.begin(), [](const auto& pair) { return pair.second; });
}

}  // namespace

Selection::Selection(const model::ItemSelection& selection, const model::Items& items)
    : limit_(selection.limit) {
  std::vector<const model::Condition*> needed;
  if (selection.where.compiled != nullptr) needed.push_back(selection.where.compiled.get());
  std::vector<const model::Condition*> excluded;
  add_rules(selection.match, items, match_, needed);
  add_rules(selection.exclude, items, exclude_, excluded);
  add_rules(items.exclude, items, exclude_, excluded);
  for (const Value& item : *items.rows) {
    const auto is_met = [&item](const model::Condition* condition) { return meets(item, *condition); };
    if (std::ranges::all_of(needed, is_met) && std::ranges::none_of(excluded, is_met))
      candidates_.push_back(&item);
  }
  if (!selection.order_by.empty()) sort_by(candidates_, selection.order_by, selection.order);
}

void Selection::add_rules(const std::vector<model::ItemRule>& rules, const model::Items& items,
                          std::vector<UserRule>& of_user, std::vector<const model::Condition*>& of_items) {
  for (const model::ItemRule& rule : rules) {
    if (rule.column.empty()) {
      if (rule.condition.compiled != nullptr) of_items.push_back(rule.condition.compiled.get());
      continue;
    }
    const auto column = std::ranges::find(items.columns, rule.column, &model::ItemColumn::name);
    if (column == items.columns.end()) continue;
    UserRule made{
        .column = static_cast<std::size_t>(column - items.columns.begin()), .attribute = {}, .path = {}};
    std::string_view rest = rule.attribute;
    std::size_t dot = rest.find('.');
    made.attribute = model::AttributeName(std::string(rest.substr(0, dot)));
    while (dot != rest.npos) {
      rest.remove_prefix(dot + 1);
      dot = rest.find('.');
      made.path.emplace_back(rest.substr(0, dot));
    }
    of_user.push_back(std::move(made));
  }
}

std::vector<const Value*> Selection::select(const model::Attributes& user) const {
  struct Known {
    std::size_t column;
    Texts texts;
  };
  const auto known_of = [&user](const std::vector<UserRule>& rules) {
    std::vector<Known> known;
    for (const UserRule& rule : rules) {
      const Value* value = user.find(rule.attribute);
      for (const std::string& member : rule.path) value = value == nullptr ? nullptr : value->find(member);
      Texts texts;
      if (value != nullptr) insert(texts, *value);
      if (!texts.empty()) known.push_back({rule.column, std::move(texts)});
    }
    return known;
  };
  const std::vector<Known> match = known_of(match_);
  const std::vector<Known> exclude = known_of(exclude_);
  std::vector<const Value*> selected;
  const std::size_t end = std::min(candidates_.size(), kMostLookedAt);
  for (std::size_t at = 0; at < end && selected.size() < limit_; ++at) {
    const Value::Object& cells = *candidates_[at]->if_object();
    const auto holds = [&cells](const Known& known) {
      return holds_any(known.texts, cells[known.column].value);
    };
    if (std::ranges::all_of(match, holds) && std::ranges::none_of(exclude, holds))
      selected.push_back(candidates_[at]);
  }
  return selected;
}

}  // namespace splitplot::content
