/// What answers about a snapshot say again and again, written once: keys, values, metadata. An answer about all flags is
/// copied together from it; only reasons and buckets are written anew.
#pragma once

#include "ofrep/answer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace splitplot::serve::ofrep {

/// A text, and its hash for what it becomes a part of.
struct WrittenText {
  explicit WrittenText(std::string written);
  std::string text;
  std::uint64_t hash;
};

class AnswerTexts {
 public:
  /// Points into the snapshot.
  AnswerTexts(const std::string& environment, const decide::Snapshot& snapshot);

  /// The same answer as append_evaluation writes, except for its reason, its bucket and its braces.
  struct Parts {
    const WrittenText* before = nullptr;  ///< the reason
    const WrittenText* after = nullptr;
    const WrittenText* experiment = nullptr;  ///< null: none decided
  };
  /// `place`: of the flag in the order of keys. Nothing for answers that were not foreseen: errors, no value, content that
  /// is rendered, variants that somebody forced.
  [[nodiscard]] std::optional<Parts> find(std::size_t place, const decide::Decision& decision) const;

 private:
  struct OfVariant {
    const Value* value = nullptr;
    WrittenText before;
    WrittenText after;
  };

  std::vector<std::vector<OfVariant>> flags_;
  std::unordered_map<const model::Experiment*, std::vector<WrittenText>> experiments_;
};

/// The body of an answer about all flags, as it grows.
class BulkAnswer {
 public:
  /// Both must outlive it.
  BulkAnswer(const FlagSet& flag_set, const AnswerTexts& texts);

  /// The next flag in the order of keys. `shown`: the decision as append_evaluation takes it.
  void add(std::string_view key, const decide::Decision& shown, std::string_view failure);

  /// Validator: a hash of the evaluations and of the period for which streams are offered, with quotes. Not of the
  /// configuration: providers send an old ETag along with a new context.
  [[nodiscard]] std::string etag(std::int64_t stream_period) const;

  /// {"flags":[...],"metadata":{...}}; `more` are further members, each with a comma before it. Taken once.
  [[nodiscard]] std::string body(std::string_view more);

 private:
  void count(std::uint64_t part);

  const FlagSet& flag_set_;
  const AnswerTexts& texts_;
  std::string body_;
  std::size_t flags_ = 0;
  std::uint64_t hash_;
};

}  // namespace splitplot::serve::ofrep
