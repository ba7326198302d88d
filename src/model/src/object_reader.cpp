#include "object_reader.hpp"

#include <splitplot/base/key.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <set>

namespace splitplot::model {
namespace {

/// "20%" as 0.2.
std::optional<double> percentage(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number / 100;
}

}  // namespace

void expected(std::string_view what, const Value& found, const Spot& spot, std::string hint) {
  if (hint.empty() && found.is_null()) hint = "leave the member out if it has no value";
  spot.problem("must be " + std::string(what) + ", not " + std::string(name_of(found.kind())),
               std::move(hint));
}

std::optional<std::string> read_text(const Value& value, const Spot& spot) {
  const std::string* text = value.if_text();
  if (text == nullptr) {
    const bool looks_like_text = value.is_number() || value.if_boolean() != nullptr;
    expected("text", value, spot, looks_like_text ? "put quotes around it" : "");
    return std::nullopt;
  }
  if (text->empty()) {
    spot.problem("the text is empty", "leave the member out if it has no value");
    return std::nullopt;
  }
  return *text;
}

std::optional<double> read_number(const Value& value, const Spot& spot) {
  const std::optional<double> number = value.number();
  if (number && std::isfinite(*number)) return number;
  expected("a number", value, spot, value.if_text() != nullptr ? "write it without quotes" : "");
  return std::nullopt;
}

std::optional<std::string> read_key(const Value& value, const Spot& spot) {
  std::optional<std::string> text = read_text(value, spot);
  if (text && !is_key(*text)) {
    spot.problem("'" + *text + "' is not a key", std::string(kKeyRule));
    return std::nullopt;
  }
  return text;
}

ObjectReader::ObjectReader(const Value& value, Spot spot) : object_(&value), spot_(std::move(spot)) {
  if (value.if_object() == nullptr) expected("an object", value, spot_);
}

const Value* ObjectReader::take(std::string_view name) {
  if (std::ranges::find(known_, name) == known_.end()) known_.emplace_back(name);
  return object_->find(name);
}

const Value* ObjectReader::require(std::string_view name, std::string hint) {
  const Value* member = take(name);
  if (member == nullptr && object_->if_object() != nullptr)
    spot_.problem("'" + std::string(name) + "' is missing", std::move(hint));
  return member;
}

std::optional<std::string> ObjectReader::text(std::string_view name) {
  const Value* member = take(name);
  return member == nullptr ? std::nullopt : read_text(*member, at(name));
}

std::optional<std::string> ObjectReader::key(std::string_view name) {
  const Value* member = take(name);
  return member == nullptr ? std::nullopt : read_key(*member, at(name));
}

std::optional<bool> ObjectReader::boolean(std::string_view name) {
  const Value* member = take(name);
  if (member == nullptr) return std::nullopt;
  if (const bool* truth = member->if_boolean()) return *truth;
  expected("true or false", *member, at(name),
           member->if_text() != nullptr ? "write true or false, without quotes; yes and no are text" : "");
  return std::nullopt;
}

std::optional<double> ObjectReader::number(std::string_view name) {
  const Value* member = take(name);
  return member == nullptr ? std::nullopt : read_number(*member, at(name));
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name) {
  const Value* member = take(name);
  if (member == nullptr) return std::nullopt;
  if (const std::int64_t* integer = member->if_integer()) return *integer;
  expected("an integer", *member, at(name));
  return std::nullopt;
}

std::optional<double> ObjectReader::share(std::string_view name) {
  const Value* member = take(name);
  if (member == nullptr) return std::nullopt;
  std::optional<double> share = member->number();
  if (const std::string* text = member->if_text()) share = percentage(*text);
  if (!share) {
    expected("a share", *member, at(name), "write 0.2 or \"20%\"");
    return std::nullopt;
  }
  if (*share >= 0 && *share <= 1) return share;
  at(name).problem("a share lies between 0 and 1", "for 20 percent write 0.2 or \"20%\"");
  return std::nullopt;
}

std::vector<std::pair<std::string, Spot>> ObjectReader::texts(std::string_view name) {
  std::vector<std::pair<std::string, Spot>> all;
  const Value* member = take(name);
  if (member == nullptr) return all;
  const Value::Array* elements = member->if_array();
  if (elements == nullptr) {
    expected("a list", *member, at(name),
             member->if_text() != nullptr ? "write [" + *member->if_text() + "]" : "");
    return all;
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Spot element = at(name).at(i);
    std::optional<std::string> text = read_text((*elements)[i], element);
    if (!text) continue;
    if (!seen.insert(*text).second) {
      element.problem("'" + *text + "' is there twice", "remove one of them");
      continue;
    }
    all.emplace_back(std::move(*text), element);
  }
  return all;
}

WrittenCondition ObjectReader::condition(std::string_view name) {
  const Value* member = take(name);
  if (member == nullptr) return {.written = {}, .compiled = std::make_shared<const Condition>()};
  WrittenCondition condition{.written = *member, .compiled = nullptr};
  std::string pointer;
  Result<Condition> compiled = Condition::compile(*member, &pointer, &spot_.lists());
  if (!compiled) {
    at(name).below(pointer).problem(compiled.error().message, compiled.error().hint);
    condition.compiled = std::make_shared<const Condition>();
    return condition;
  }
  for (const std::string& segment : compiled->segments()) at(name).refers_to(DocumentKind::Segment, segment);
  for (const std::string& list : compiled->lists()) at(name).refers_to(DocumentKind::List, list);
  condition.compiled = std::make_shared<const Condition>(std::move(*compiled));
  return condition;
}

void ObjectReader::finish() {
  const Value::Object* members = object_->if_object();
  if (members == nullptr) return;
  for (const Member& member : *members) {
    if (std::ranges::find(known_, member.name) == known_.end())
      at(member.name).unknown("member", member.name, known_);
  }
}

}  // namespace splitplot::model
