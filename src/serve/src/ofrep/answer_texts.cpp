#include "ofrep/answer_texts.hpp"

#include "ofrep/answer_parts.hpp"

#include <splitplot/base/text_hash.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace splitplot::serve::ofrep {
namespace {

/// A usual answer about a flag has less.
constexpr std::size_t kBytesOfFlag = 200;

}  // namespace

WrittenText::WrittenText(std::string written) : text(std::move(written)), hash(text_hash(text)) {}

AnswerTexts::AnswerTexts(const std::string& environment, const decide::Snapshot& snapshot) {
  const FlagSet flag_set{environment, snapshot};
  for (const auto& [key, flag] : snapshot.configuration().flags) {
    std::vector<OfVariant>& variants = flags_.emplace_back();
    for (const model::FlagVariant& variant : flag.variants) {
      std::string before;
      append_opening(before, key);
      append_value(before, variant.value);
      before.append(R"("reason":")");
      std::string after(R"(",)");
      append_variant(after, variant.key);
      append_flag_metadata(after, key, flag_set);
      variants.push_back({&variant.value, WrittenText(std::move(before)), WrittenText(std::move(after))});
    }
  }
  for (const auto& [key, experiment] : snapshot.configuration().experiments) {
    std::vector<WrittenText>& variants = experiments_[&experiment];
    for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
      std::string written;
      append_experiment(written, experiment, i, false);
      variants.emplace_back(std::move(written));
    }
  }
}

std::optional<AnswerTexts::Parts> AnswerTexts::find(std::size_t place,
                                                    const decide::Decision& decision) const {
  const bool is_usual = decision.error == decide::DecisionError::None && decision.value != nullptr &&
                        decision.reason != decide::Reason::Error &&
                        decision.reason != decide::Reason::Disabled && !decision.assignment.is_forced;
  if (!is_usual || place >= flags_.size()) return std::nullopt;
  // A value that is not one of the flag's own, at its place, has been rendered or forced.
  const auto variant = std::ranges::find(flags_[place], decision.value, &OfVariant::value);
  if (variant == flags_[place].end()) return std::nullopt;
  Parts parts{&variant->before, &variant->after, nullptr};
  if (const model::Experiment* experiment = decision.experiment()) {
    const auto found = experiments_.find(experiment);
    if (found == experiments_.end() || !decision.assignment.variant) return std::nullopt;
    parts.experiment = &found->second[*decision.assignment.variant];
  }
  return parts;
}

BulkAnswer::BulkAnswer(const FlagSet& flag_set, const AnswerTexts& texts)
    : flag_set_(flag_set), texts_(texts), body_(R"({"flags":[)"), hash_(flag_set.snapshot.revision()) {
  body_.reserve(kBytesOfFlag * (flag_set.snapshot.configuration().flags.size() + 1));
}

void BulkAnswer::count(std::uint64_t part) {
  hash_ = detail::folded_product(hash_ ^ part, 0x9E3779B97F4A7C15U) + 1;
}

void BulkAnswer::add(std::string_view key, const decide::Decision& shown, std::string_view failure) {
  const std::size_t place = flags_++;
  if (place > 0) body_.push_back(',');
  const std::optional<AnswerTexts::Parts> parts = failure.empty() ? texts_.find(place, shown) : std::nullopt;
  if (!parts) {
    const std::size_t begin = body_.size();
    append_evaluation(body_, key, shown, flag_set_, failure);
    count(text_hash(std::string_view(body_).substr(begin)));
    return;
  }
  body_.append(parts->before->text).append(name_of(shown.reason)).append(parts->after->text);
  count(parts->before->hash);
  count(parts->after->hash + static_cast<std::uint64_t>(shown.reason));
  if (parts->experiment != nullptr) {
    body_.append(parts->experiment->text);
    count(parts->experiment->hash);
  }
  if (shown.reason == decide::Reason::Split) {
    append_bucket(body_, shown.assignment.bucket);
    count(std::bit_cast<std::uint64_t>(shown.assignment.bucket));
  }
  body_.append("}}");
}

std::string BulkAnswer::etag(std::int64_t stream_period) const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::uint64_t hash = hash_ ^ static_cast<std::uint64_t>(stream_period) * 0x9e3779b97f4a7c15;
  std::string etag(18, '"');
  for (std::size_t at = 1; at < 17; ++at, hash >>= 4) etag[at] = kHex[hash & 15];
  return etag;
}

std::string BulkAnswer::body(std::string_view more) {
  body_.append(R"(],"metadata":{)");
  append_flag_set(body_, flag_set_);
  body_.append("}").append(more).append("}");
  return std::move(body_);
}

}  // namespace splitplot::serve::ofrep
