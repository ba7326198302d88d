/// A configuration compiled for deciding. Immutable and shared by all threads; evaluation does no I/O, takes no lock,
/// allocates nothing and never fails: it answers a value or the caller's default, with the reason.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/decide/unit_text.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/configuration.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::decide {

/// Why a flag answered what it did; OpenFeature's words.
enum class Reason { Static, Default, TargetingMatch, Split, Disabled, Error };

/// "STATIC", "DEFAULT", "TARGETING_MATCH", ...
[[nodiscard]] std::string_view name_of(Reason reason);

/// TargetingKeyMissing: no rule applied, and one that hashes the targeting key could not be judged without it. Rules that
/// hash another attribute are skipped where it is missing.
enum class DecisionError { None, FlagNotFound, TargetingKeyMissing };

/// An answer. Views and pointers belong to the snapshot (`bucket_value` to the attributes).
struct Decision {
  const Value* value = nullptr;  ///< null: the caller's default
  std::string_view variant;      ///< flag variant; empty without a value
  Reason reason = Reason::Error;
  DecisionError error = DecisionError::None;
  std::string_view rule;  ///< id of the rule that decided; empty for the default
  /// Where an experiment decided, else null.
  const model::Experiment* experiment = nullptr;
  std::size_t experiment_variant = 0;  ///< index into experiment->variants
  double bucket = 0;                   ///< of the experiment or roll-out
  UnitText bucket_value;               ///< text that was hashed
};

/// An experiment's answer.
struct Assignment {
  std::optional<std::size_t> variant;  ///< nothing: not in the experiment
  double bucket = 0;
  UnitText bucket_value;
  /// It depends on a unit that is not there: the attribute to hash, the experiment's or its layer's, is missing, empty,
  /// 0, or neither text nor integer.
  bool unit_missing = false;
};

struct SegmentLabel {
  std::string key;
  std::uint32_t version = 1;
  friend bool operator==(const SegmentLabel&, const SegmentLabel&) = default;
};

/// Answers the seed of an experiment, layer or roll-out that has none of its own. `kind` is "experiment", "layer" or
/// "rollout", whose key is "<flag>/<rule id>".
using SeedSource = std::function<std::string(std::string_view kind, std::string_view key)>;

class Snapshot : public model::SegmentMembership {
 public:
  /// `revision` is the catalogue's, and stands in every answer.
  [[nodiscard]] static std::shared_ptr<const Snapshot> compile(model::Configuration configuration,
                                                               std::uint64_t revision,
                                                               const SeedSource& seeds);
  ~Snapshot() override;

  [[nodiscard]] std::uint64_t revision() const;
  [[nodiscard]] const model::Configuration& configuration() const;

  [[nodiscard]] Decision decide(std::string_view flag, const model::Attributes& attributes) const;

  /// All flags in the order of their keys.
  void decide_all(const model::Attributes& attributes,
                  const std::function<void(const model::Flag&, const Decision&)>& visit) const;

  /// Whether and how a unit takes part, status, population and layer considered.
  [[nodiscard]] Assignment assign(const model::Experiment& experiment,
                                  const model::Attributes& attributes) const;

  /// Segments that the attributes are in, by key. Allocates.
  [[nodiscard]] std::vector<SegmentLabel> segments_of(const model::Attributes& attributes) const;

  /// Membership in one segment; false for one that does not exist.
  [[nodiscard]] bool contains(std::string_view segment_key,
                              const model::Attributes& attributes) const override;

 private:
  struct Compiled;
  explicit Snapshot(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace splitplot::decide
