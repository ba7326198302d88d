#include "list_difference.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>

namespace splitplot::catalogue {
namespace {

using Elements = std::span<const Value>;
/// Elements by their spelling, which tells 5 from 5.0 and "5".
using Spellings = std::unordered_set<std::string>;

Spellings spellings_of(Elements elements) {
  Spellings all;
  all.reserve(elements.size());
  for (const Value& element : elements) all.insert(model::canonical_json(element));
  return all;
}

/// Writes steps, those of one kind in a row as one.
class Steps {
 public:
  void keep(std::size_t count) { count_up(count, 1); }
  void drop(std::size_t count) { count_up(count, -1); }
  void add(Elements elements) {
    if (elements.empty()) return;
    if (steps_.empty() || steps_.back().if_array() == nullptr) steps_.emplace_back(Value::Array{});
    Value::Array& added = *steps_.back().if_array();
    added.insert(added.end(), elements.begin(), elements.end());
  }
  [[nodiscard]] Value::Array take() { return std::move(steps_); }

 private:
  void count_up(std::size_t count, std::int64_t sign) {
    if (count == 0) return;
    const std::int64_t step = sign * static_cast<std::int64_t>(count);
    const std::int64_t* last = steps_.empty() ? nullptr : steps_.back().if_integer();
    if (last != nullptr && (*last > 0) == (sign > 0)) {
      steps_.back() = Value(*last + step);
    } else {
      steps_.emplace_back(step);
    }
  }

  Value::Array steps_;
};

/// How far two lists are looked along for what they go on with together.
constexpr std::size_t kWindow = 16;

/// How many elements to pass over in `longer`, until it goes on with the first of `other`; 0: too many.
std::size_t distance(Elements longer, const Value& other) {
  for (std::size_t k = 1; k <= kWindow && k < longer.size(); ++k) {
    if (longer[k] == other) return k;
  }
  return 0;
}

/// Steps from one list to the other. Most changes are a few elements here and there, which a look ahead finds; what is
/// farther off is dropped, if it comes no more, and put where it comes.
void lead(Elements before, Elements after, Steps& steps) {
  std::optional<Spellings> to_come;
  while (!before.empty() && !after.empty()) {
    if (before.front() == after.front()) {
      steps.keep(1);
      before = before.subspan(1);
      after = after.subspan(1);
    } else if (const std::size_t gone = distance(before, after.front()); gone > 0) {
      steps.drop(gone);
      before = before.subspan(gone);
    } else if (const std::size_t added = distance(after, before.front()); added > 0) {
      steps.add(after.first(added));
      after = after.subspan(added);
    } else {
      if (!to_come) to_come = spellings_of(after);
      if (to_come->contains(model::canonical_json(before.front()))) {
        steps.add(after.first(1));
        after = after.subspan(1);
      } else {
        steps.drop(1);
        before = before.subspan(1);
      }
    }
  }
  steps.drop(before.size());
  steps.add(after);
}

}  // namespace

Value::Array difference_of(const Value::Array& from, const Value::Array& to) {
  // What both begin and end with is most of it, and is compared without being spelled.
  const std::size_t shorter = std::min(from.size(), to.size());
  std::size_t begin = 0;
  while (begin < shorter && from[begin] == to[begin]) ++begin;
  std::size_t end = 0;
  while (end < shorter - begin && from[from.size() - 1 - end] == to[to.size() - 1 - end]) ++end;
  const Elements before = Elements(from).subspan(begin, from.size() - begin - end);
  const Elements after = Elements(to).subspan(begin, to.size() - begin - end);

  Steps steps;
  steps.keep(begin);
  lead(before, after, steps);
  steps.keep(end);
  return steps.take();
}

std::optional<Value::Array> changed_by(Value::Array from, const Value::Array& steps) {
  Value::Array to;
  to.reserve(from.size());
  std::size_t at = 0;
  for (const Value& step : steps) {
    if (const Value::Array* added = step.if_array()) {
      to.insert(to.end(), added->begin(), added->end());
      continue;
    }
    const std::int64_t* signed_count = step.if_integer();
    if (signed_count == nullptr) return std::nullopt;
    const auto count = static_cast<std::uint64_t>(*signed_count < 0 ? -(*signed_count + 1) : *signed_count) +
                       (*signed_count < 0 ? 1U : 0U);
    if (count > from.size() - at) return std::nullopt;
    const auto first = from.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    if (*signed_count > 0) std::move(first, last, std::back_inserter(to));
    at += count;
  }
  if (at != from.size()) return std::nullopt;
  return to;
}

}  // namespace splitplot::catalogue
