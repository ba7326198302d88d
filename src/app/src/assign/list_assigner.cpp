#include "assign/list_assigner.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/decide/assigner.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/unit_text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

class SplitAssigner final : public ListAssigner {
 public:
  SplitAssigner(const Split& split, std::string salt)
      : salt_(std::move(salt)), weights_(split.weights), ranges_(decide::bucket_ranges(split.weights, 1)) {
    variants_ = split.variants;
    planned_.assign(variants_.size(), 0.0);
  }

  ApiResult<std::vector<ListedUnit>> assign(std::span<const Value> units) override {
    std::vector<ListedUnit> all;
    all.reserve(units.size());
    for (const Value& unit : units) all.push_back(one(decide::UnitText(unit.find(unit_attribute_))));
    return all;
  }

 private:
  ListedUnit one(std::string_view id) {
    if (id.empty()) return {"", "no_unit", {}, false};
    const auto variant = decide::range_at(decide::bucket_of(salt_, id), ranges_);
    // Rounding may leave the last range a hair short of 1.
    const std::size_t at = variant.value_or(variants_.size() - 1);
    for (std::size_t i = 0; i < planned_.size(); ++i) planned_[i] += weights_[i];
    return {variants_[at], "", {}, true};
  }

  std::string salt_;
  std::vector<double> weights_;
  std::vector<decide::BucketRange> ranges_;
};

class DocumentAssigner final : public ListAssigner {
 public:
  DocumentAssigner(LocalSnapshot local, decide::Assigner assigner)
      : local_(std::move(local)), assigner_(std::move(assigner)) {
    for (const model::ExperimentVariant& variant : assigner_.experiment().variants)
      variants_.push_back(variant.key);
    planned_.assign(variants_.size(), 0.0);
    unit_attribute_ = assigner_.experiment().attribute;
  }

  ApiResult<std::vector<ListedUnit>> assign(std::span<const Value> units) override {
    std::vector<ListedUnit> all;
    all.reserve(units.size());
    for (const Value& unit : units) {
      const decide::AssignedUnit answer = assigner_.assign(model::Attributes(&unit), &unit);
      ListedUnit& listed = all.emplace_back();
      if (answer.variant) {
        listed.variant = variants_[*answer.variant];
      } else {
        listed.reason = answer.refusal;
      }
      listed.value = answer.value;
      listed.counts = answer.counts;
    }
    std::ranges::copy(assigner_.planned(), planned_.begin());
    return all;
  }

 private:
  LocalSnapshot local_;
  decide::Assigner assigner_;
};

std::string text_of(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

class ServerAssigner final : public ListAssigner {
 public:
  ServerAssigner(const ServerAddress& address, const std::string& experiment, std::string flag)
      : client_(address),
        path_(fmt::format("/experiments/{}/assignments", path_segment(experiment))),
        flag_(std::move(flag)) {}

  /// Asks about nobody, which tells the variants and whether it runs.
  [[nodiscard]] ApiResult<void> begin() {
    const auto answer = ask({});
    if (!answer) return tl::unexpected(answer.error());
    return {};
  }

  ApiResult<std::vector<ListedUnit>> assign(std::span<const Value> units) override {
    auto answer = ask(units);
    if (!answer) return tl::unexpected(answer.error());
    const Value* assignments = answer->find("assignments");
    if (assignments == nullptr || assignments->if_array() == nullptr ||
        assignments->if_array()->size() != units.size()) {
      return tl::unexpected(ApiFailure{{ErrorCode::Internal, "the server's answer does not fit the question",
                                        "is it as new as this program?"},
                                       {}});
    }
    std::vector<ListedUnit> all;
    all.reserve(units.size());
    for (const Value& one : *assignments->if_array()) {
      ListedUnit& listed = all.emplace_back();
      listed.variant = text_of(one, "variant");
      listed.reason = text_of(one, "reason");
      if (const Value* value = one.find("value")) listed.value = *value;
      listed.counts = !listed.variant.empty() && one.find("forced") == nullptr;
    }
    return all;
  }

 private:
  ApiResult<Value> ask(std::span<const Value> units) {
    Value body = Value::Object{{"units", Value::Array(units.begin(), units.end())}};
    if (!flag_.empty()) body.set("flag", flag_);
    auto answer = client_.post(path_, body);
    if (!answer) return answer;
    if (const std::string attribute = text_of(*answer, "attribute"); !attribute.empty())
      unit_attribute_ = attribute;
    add_planned(*answer);
    const Value* revision = answer->find("revision");
    if (revision != nullptr && revision->if_integer() != nullptr) note_revision(*revision->if_integer());
    return answer;
  }

  void add_planned(const Value& answer) {
    const Value* planned = answer.find("planned");
    if (planned == nullptr || planned->if_object() == nullptr) return;
    for (const Member& member : *planned->if_object()) {
      const auto known = std::ranges::find(variants_, member.name);
      const auto at = static_cast<std::size_t>(known - variants_.begin());
      if (known == variants_.end()) {
        variants_.push_back(member.name);
        planned_.push_back(0);
      }
      planned_[at] += member.value.number().value_or(0);
    }
  }

  void note_revision(std::int64_t revision) {
    if (revision_ && *revision_ != revision && notes_.empty())
      notes_.emplace_back("the configuration changed while the list was assigned: do it again");
    revision_ = revision;
  }

  ApiClient client_;
  std::string path_;
  std::string flag_;
  std::optional<std::int64_t> revision_;
};

std::optional<double> weight_of(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  double weight = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(weight) ||
      weight <= 0)
    return std::nullopt;
  return weight;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<Split> read_split(const std::string& text) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::InvalidArgument, fmt::format("--split {}: {}", text, why),
                "write 50/50, or control=90,new=10");
  };
  const bool named = text.find('=') != std::string::npos;
  const std::vector<std::string_view> parts = parts_of(text, named ? ',' : '/');
  if (parts.size() < 2) return refuse("there are fewer than two variants");
  Split split;
  double sum = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t equals = named ? parts[i].find('=') : std::string_view::npos;
    if (named && equals == std::string_view::npos) return refuse("a variant has no weight");
    std::string name = named              ? std::string(parts[i].substr(0, equals))
                       : i == 0           ? "control"
                       : parts.size() > 2 ? fmt::format("treatment-{}", i)
                                          : "treatment";
    if (!is_key(name)) return refuse(fmt::format("'{}' is no name of a variant", name));
    if (std::ranges::find(split.variants, name) != split.variants.end())
      return refuse(fmt::format("'{}' is there twice", name));
    const auto weight = weight_of(named ? parts[i].substr(equals + 1) : parts[i]);
    if (!weight) return refuse("weights are numbers above 0");
    split.variants.push_back(std::move(name));
    split.weights.push_back(*weight);
    sum += *weight;
  }
  for (double& weight : split.weights) weight /= sum;
  return split;
}

std::unique_ptr<ListAssigner> assign_by_split(const Split& split, const std::string& salt) {
  return std::make_unique<SplitAssigner>(split, salt);
}

Result<std::unique_ptr<ListAssigner>> assign_by_documents(LocalSnapshot local, const std::string& experiment,
                                                          const std::string& flag, Timestamp now) {
  auto assigner = decide::Assigner::of(*local.snapshot, experiment, flag, now);
  if (!assigner) return tl::unexpected(assigner.error());
  if (const auto known = require_seeds(local, assigner->experiment()); !known)
    return tl::unexpected(known.error());
  return std::make_unique<DocumentAssigner>(std::move(local), *std::move(assigner));
}

ApiResult<std::unique_ptr<ListAssigner>> assign_by_server(const ServerAddress& address,
                                                          const std::string& experiment,
                                                          const std::string& flag) {
  auto assigner = std::make_unique<ServerAssigner>(address, experiment, flag);
  if (const auto begun = assigner->begin(); !begun) return tl::unexpected(begun.error());
  return assigner;
}

}  // namespace splitplot::app
