/// Strict reading of an object: each member that a noun knows is taken by name; what is left over at the end is refused.
/// Whatever is wrong is noted at its place and reads as if it were not there, so that one reading finds all of it.
#pragma once

#include "spot.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/configuration.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::model {

/// A word of a document and what it stands for.
template <typename T>
using Word = std::pair<std::string_view, T>;

class ObjectReader {
 public:
  /// What is not an object is noted, and has no members.
  ObjectReader(const Value& value, Spot spot);

  [[nodiscard]] const Spot& spot() const { return spot_; }
  [[nodiscard]] Spot at(std::string_view name) const { return spot_.at(name); }

  /// The member, which counts as known from now on; null if it is not there. `require` notes its absence.
  const Value* take(std::string_view name);
  const Value* require(std::string_view name, std::string hint = {});

  /// Nothing where it is missing or wrong; texts are not empty.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::string> key(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<double> number(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  /// A share of a whole in [0, 1]: 0.2 or "20%".
  std::optional<double> share(std::string_view name);
  /// A list of different texts, with the place of each; empty where it is missing.
  std::vector<std::pair<std::string, Spot>> texts(std::string_view name);
  /// Everybody, where it is missing.
  WrittenCondition condition(std::string_view name);

  template <typename T>
  std::optional<T> choice(std::string_view name, std::initializer_list<Word<T>> words) {
    const std::optional<std::string> written = text(name);
    if (!written) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [word, meaning] : words) {
      if (word == *written) return meaning;
      names.emplace_back(word);
    }
    at(name).unknown(name, *written, names);
    return std::nullopt;
  }

  /// Refuses the members that nobody took. Call it last.
  void finish();

 private:
  const Value* object_;
  Spot spot_;
  std::vector<std::string> known_;
};

/// Text that is not empty; else nothing, and a note.
std::optional<std::string> read_text(const Value& value, const Spot& spot);

/// A number, integer or float; else nothing, and a note.
std::optional<double> read_number(const Value& value, const Spot& spot);

/// A key of another document or of a variant; else nothing, and a note.
std::optional<std::string> read_key(const Value& value, const Spot& spot);

/// "must be text, not a list"
void expected(std::string_view what, const Value& found, const Spot& spot, std::string hint = {});

}  // namespace splitplot::model
