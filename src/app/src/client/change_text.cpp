#include "client/change_text.hpp"

#include <splitplot/model/json.hpp>
#include <splitplot/model/pointer.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr std::size_t kLongestValue = 60;

std::string shortened(const Value& value) {
  std::string text = model::to_json(value);
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

/// Lines "pointer: before -> after" for every leaf that differs; lists of different length are shown whole.
void add_differences(std::string& out, const std::string& pointer, const Value& before, const Value& after) {
  if (before == after) return;
  if (before.if_object() != nullptr && after.if_object() != nullptr) {
    for (const Member& member : *before.if_object()) {
      const Value* other = after.find(member.name);
      if (other != nullptr) {
        add_differences(out, model::pointer_to(pointer, member.name), member.value, *other);
      } else {
        out +=
            fmt::format("    - {}: {}\n", model::pointer_to(pointer, member.name), shortened(member.value));
      }
    }
    for (const Member& member : *after.if_object()) {
      if (before.find(member.name) == nullptr)
        out +=
            fmt::format("    + {}: {}\n", model::pointer_to(pointer, member.name), shortened(member.value));
    }
    return;
  }
  const Value::Array* old_list = before.if_array();
  const Value::Array* new_list = after.if_array();
  if (old_list != nullptr && new_list != nullptr && old_list->size() == new_list->size()) {
    for (std::size_t i = 0; i < old_list->size(); ++i)
      add_differences(out, model::pointer_to(pointer, i), (*old_list)[i], (*new_list)[i]);
    return;
  }
  out += fmt::format("    ~ {}: {} -> {}\n", pointer.empty() ? "/" : pointer, shortened(before),
                     shortened(after));
}

std::string text_of(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

struct Appearance {
  std::string_view sign;
  std::string_view colour;
};

Appearance appearance_of(std::string_view change) {
  if (change == "created") return {"+", "\033[32m"};
  if (change == "deleted") return {"-", "\033[31m"};
  return {"~", "\033[33m"};
}

}  // namespace

std::string change_text(const Value& answer, const report::TerminalStyle& style) {
  std::string out;
  std::size_t unchanged = 0;
  const Value* changes = answer.find("changes");
  if (changes == nullptr || changes->if_array() == nullptr) return out;
  for (const Value& change : *changes->if_array()) {
    const std::string kind = text_of(change, "change");
    if (kind == "unchanged") {
      ++unchanged;
      continue;
    }
    const Appearance appearance = appearance_of(kind);
    const std::string line =
        fmt::format("{} {} {} ({})", appearance.sign, text_of(change, "kind"), text_of(change, "key"), kind);
    out += style.colour ? fmt::format("{}{}\033[0m\n", appearance.colour, line) : line + "\n";
    const Value* before = change.find("before");
    const Value* after = change.find("after");
    if (kind == "updated" && before != nullptr && after != nullptr) add_differences(out, "", *before, *after);
  }
  if (out.empty())
    return fmt::format("nothing to change: all {} documents are as they should be\n", unchanged);
  if (unchanged > 0) out += fmt::format("  {} unchanged\n", unchanged);
  return out;
}

std::string credential_text(const Value& credential) {
  return fmt::format("\nThe key of connection '{}' ({}), shown only now:\n  {}\n",
                     text_of(credential, "connection"), text_of(credential, "kind"),
                     text_of(credential, "secret"));
}

}  // namespace splitplot::app
