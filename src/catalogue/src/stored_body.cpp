#include "stored_body.hpp"

#include "list_difference.hpp"

#include <splitplot/model/json.hpp>

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

/// What is stored was accepted once: these only keep a damaged file from exhausting the memory.
constexpr model::JsonLimits kStoredLimits{.depth = 256, .members = 10'000'000};

/// Shorter lists are stored with the whole document.
constexpr std::size_t kLongList = 1000;

/// A difference is a list, where a whole body is an object.
constexpr std::string_view kDifferenceBegin = "[\"difference\",";

tl::unexpected<Error> damaged(const store::DocumentName& name) {
  return fail(ErrorCode::BadData, fmt::format("the stored {} '{}' is damaged", name.kind, name.key),
              "restore a backup");
}

bool is_difference(std::string_view text) {
  return text.starts_with(kDifferenceBegin);
}

struct Difference {
  std::uint64_t base = 0;   ///< version that it leads from
  std::uint64_t whole = 0;  ///< the last version before it that is stored whole
  Value members;            ///< the body, with null for each list
  Value lists;              ///< steps by member
};

Result<Difference> read_difference(const store::DocumentName& name, std::string_view text) {
  auto read = model::parse_json(text, kStoredLimits);
  if (!read || read->if_array() == nullptr || read->if_array()->size() != 2) return damaged(name);
  Value& content = read->if_array()->back();
  const Value* base = content.find("base");
  const Value* whole = content.find("whole");
  Value* members = content.find("members");
  Value* lists = content.find("lists");
  const bool is_sound = base != nullptr && base->if_integer() != nullptr && *base->if_integer() > 0 &&
                        whole != nullptr && whole->if_integer() != nullptr && *whole->if_integer() > 0 &&
                        members != nullptr && members->if_object() != nullptr && lists != nullptr &&
                        lists->if_object() != nullptr;
  if (!is_sound) return damaged(name);
  return Difference{static_cast<std::uint64_t>(*base->if_integer()),
                    static_cast<std::uint64_t>(*whole->if_integer()), std::move(*members), std::move(*lists)};
}

Result<store::DocumentVersionRow> earlier(store::DocumentStore& store, const store::DocumentName& name,
                                          std::uint64_t version) {
  auto row = store.version(name, version);
  if (!row) return tl::unexpected(row.error());
  if (!*row || !(*row)->body) return damaged(name);
  return *std::move(*row);
}

/// The difference of a body to another version, as text; nothing where there is none to speak of.
std::optional<std::string> difference_text(std::uint64_t base_version, std::uint64_t whole, const Value& base,
                                           const Value& body) {
  Value members = Value::Object{};
  Value lists = Value::Object{};
  for (const Member& member : *body.if_object()) {
    const Value* former = base.find(member.name);
    const Value::Array* from = former == nullptr ? nullptr : former->if_array();
    const Value::Array* to = member.value.if_array();
    const bool is_long = from != nullptr && to != nullptr && from->size() >= kLongList;
    members.set(member.name, is_long ? Value() : member.value);
    if (is_long) lists.set(member.name, difference_of(*from, *to));
  }
  if (lists.if_object()->empty()) return std::nullopt;
  std::string text(kDifferenceBegin);
  model::append_json(text, Value::Object{{"base", base_version},
                                         {"whole", whole},
                                         {"members", std::move(members)},
                                         {"lists", std::move(lists)}});
  return text += ']';
}

bool has_long_list(const Value& body) {
  if (body.if_object() == nullptr) return false;
  for (const Member& member : *body.if_object()) {
    if (member.value.if_array() != nullptr && member.value.if_array()->size() >= kLongList) return true;
  }
  return false;
}

/// The version to lead from. Of the n-th difference since a whole version it is the one without the lowest bit of n: so
/// that n differences are read in log n steps, and each says little more than what changed.
std::uint64_t base_of(std::uint64_t version, std::uint64_t whole) {
  const std::uint64_t nth = version - whole;
  return whole + (nth & (nth - 1));
}

}  // namespace

Result<Value> read_body(const store::DocumentName& name, std::string_view text) {
  auto value = model::parse_json(text, kStoredLimits);
  if (value && value->kind() == Value::Kind::Object) return std::move(*value);
  return damaged(name);
}

Result<std::optional<Value>> body_of(store::DocumentStore& store, const store::DocumentVersionRow& row) {
  if (!row.body) return std::nullopt;
  // Back to a version that is whole, then forward again.
  std::vector<Difference> differences;
  std::uint64_t version = row.version;
  std::string text = *row.body;
  while (is_difference(text)) {
    auto difference = read_difference(row.name, text);
    if (!difference) return tl::unexpected(difference.error());
    if (difference->base >= version) return damaged(row.name);
    version = difference->base;
    differences.push_back(*std::move(difference));
    auto base = earlier(store, row.name, version);
    if (!base) return tl::unexpected(base.error());
    text = *std::move(base->body);
  }
  auto body = read_body(row.name, text);
  if (!body) return tl::unexpected(body.error());
  for (; !differences.empty(); differences.pop_back()) {
    Difference& difference = differences.back();
    for (const Member& list : *difference.lists.if_object()) {
      Value* from = body->find(list.name);
      if (from == nullptr || from->if_array() == nullptr || list.value.if_array() == nullptr)
        return damaged(row.name);
      auto changed = changed_by(std::move(*from->if_array()), *list.value.if_array());
      if (!changed) return damaged(row.name);
      difference.members.set(list.name, *std::move(changed));
    }
    *body = std::move(difference.members);
  }
  return std::optional(*std::move(body));
}

Result<std::string> text_to_store(store::DocumentStore& store, const store::DocumentName& name,
                                  std::uint64_t version, const Value* before, const Value& body) {
  // Members keep the order in which they were written; comparisons do not look at it.
  std::string whole_text = model::to_json(body);
  if (before == nullptr || version < 2 || !has_long_list(body)) return whole_text;
  const auto previous = earlier(store, name, version - 1);
  if (!previous) return tl::unexpected(previous.error());
  std::uint64_t whole = version - 1;
  if (is_difference(*previous->body)) {
    const auto difference = read_difference(name, *previous->body);
    if (!difference) return tl::unexpected(difference.error());
    whole = difference->whole;
  }
  const std::uint64_t base_version = base_of(version, whole);
  std::optional<Value> former;
  if (base_version != version - 1) {
    const auto row = earlier(store, name, base_version);
    if (!row) return tl::unexpected(row.error());
    auto read = body_of(store, *row);
    if (!read) return tl::unexpected(read.error());
    former = *std::move(read);
  }
  auto text = difference_text(base_version, whole, former ? *former : *before, body);
  // Where half of it is new, the whole is worth its room.
  if (text && text->size() < whole_text.size() / 2) return *std::move(text);
  return whole_text;
}

}  // namespace splitplot::catalogue
