/// A configuration compiled for deciding. Immutable and shared by all threads; evaluation does no I/O, takes no lock,
/// allocates nothing and never fails: it answers a value or the caller's default, with the reason.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/content/contents.hpp>
#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
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

struct SegmentLabel {
  std::string key;
  std::uint32_t version = 1;
  friend bool operator==(const SegmentLabel&, const SegmentLabel&) = default;
};

/// Answers the seed of an experiment, layer or roll-out that has none of its own. `kind` is "experiment", "layer" or
/// "rollout", whose key is "<flag>/<rule id>".
using SeedSource = std::function<std::string(std::string_view kind, std::string_view key)>;

/// Answers when the clocks of the project show a time, which is handed in as if they showed UTC.
using ProjectClocks = std::function<Timestamp(Timestamp shown)>;

/// Of a project whose clocks show UTC.
[[nodiscard]] Timestamp utc_clocks(Timestamp shown);

class Snapshot : public model::SegmentMembership {
 public:
  struct Compiled;
  /// `revision` is the catalogue's, and stands in every answer.
  [[nodiscard]] static std::shared_ptr<const Snapshot> compile(model::Configuration configuration,
                                                               std::uint64_t revision,
                                                               const SeedSource& seeds,
                                                               const ProjectClocks& clocks = utc_clocks);

  /// Of a GrowthBook payload (features, experiments, savedGroups, contextualBandits), as the SDKs would read it: members
  /// that are not known are ignored, rules that make no sense are skipped, and so is a condition that model::Condition
  /// refuses: nobody meets it. Flags have no variants then, and no configuration is behind them. Errors: BadData (not an
  /// object).
  [[nodiscard]] static Result<std::shared_ptr<const Snapshot>> read_payload(Value payload,
                                                                            std::uint64_t revision = 0);
  ~Snapshot() override;

  /// For this module.
  [[nodiscard]] const Compiled& content() const { return *compiled_; }

  [[nodiscard]] std::uint64_t revision() const;
  [[nodiscard]] const model::Configuration& configuration() const;

  /// Names of the attributes that conditions ask for, that are hashed, that results are cut by and that content shows,
  /// each once. Paths as they are written ("query.color"). Empty for a payload.
  [[nodiscard]] const std::vector<std::string>& asked_attributes() const;

  /// Attributes whose values experiments assign for good (`sticky`), each once; for a payload none.
  [[nodiscard]] const std::vector<model::AttributeName>& sticky_attributes() const;

  /// Times at which schedules and ramps change what is answered, in order, each once. A change holds from its time on.
  [[nodiscard]] const std::vector<Timestamp>& turning_points() const;

  [[nodiscard]] Decision decide(std::string_view flag, const Evaluation& evaluation) const;

  /// What a flag's document wants applications to be told beside every answer: an object; null for nothing.
  [[nodiscard]] const Value* metadata_of(std::string_view flag) const;

  /// All flags in the order of their keys. Attributes with an index make this faster.
  void decide_all(const Evaluation& evaluation,
                  const std::function<void(std::string_view flag, const Decision&)>& visit) const;

  /// What is shown in the place of a value that is a template; nothing where it is none. Apart from deciding, which
  /// allocates nothing: this does. `context` is what the caller sent, an object or null.
  [[nodiscard]] std::optional<content::Rendering> render(const Value* value, const model::Attributes& user,
                                                         const Value* context) const;

  /// Whether and how a unit takes part, status, population and layer considered.
  [[nodiscard]] Assignment assign(const model::Experiment& experiment, const Evaluation& evaluation) const;

  /// The same for one of the experiments of a payload that no feature asks (redirects, visual changes); nothing where
  /// there is none of that key.
  [[nodiscard]] std::optional<Assignment> assign(std::string_view experiment,
                                                 const Evaluation& evaluation) const;

  /// Segments that the attributes are in, by key. Allocates.
  [[nodiscard]] std::vector<SegmentLabel> segments_of(const model::Attributes& attributes) const;

  /// Membership in one segment; false for one that does not exist.
  [[nodiscard]] bool contains(std::string_view segment_key,
                              const model::Attributes& attributes) const override;

 private:
  explicit Snapshot(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace splitplot::decide
