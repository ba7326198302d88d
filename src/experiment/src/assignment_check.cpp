#include <splitplot/base/random.hpp>
#include <splitplot/decide/assigner.hpp>
#include <splitplot/experiment/assignment_check.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

using decide::Assigner;
using decide::Evaluation;

/// One sample is asked about each id once.
class Sampling {
 public:
  Sampling(Assigner tested, std::vector<Assigner> others, std::string layer_attribute)
      : tested_(std::move(tested)),
        others_(std::move(others)),
        attribute_(tested_.experiment().attribute),
        layer_attribute_(std::move(layer_attribute)),
        counts_(tested_.experiment().variants.size(), 0) {
    for (const Assigner& other : others_)
      tables_.emplace_back(counts_.size() * other.experiment().variants.size(), 0);
  }

  void ask(std::string_view id) {
    Value known = Value::Object{{attribute_, id}};
    // A layer may hash something else: it is asked about the same id.
    if (!layer_attribute_.empty()) known.set(layer_attribute_, id);
    const model::Attributes unit(&known);
    ++units_;
    const decide::AssignedUnit answer = tested_.assign(unit);
    if (!answer.variant) {
      if (answer.refusal != decide::refusal_word(decide::Check::What::Variant)) ++outside_;
      return;
    }
    ++counts_[*answer.variant];
    for (std::size_t i = 0; i < others_.size(); ++i) {
      const decide::AssignedUnit other = others_[i].assign(unit);
      const std::size_t columns = others_[i].experiment().variants.size();
      if (other.variant) ++tables_[i][*answer.variant * columns + *other.variant];
    }
  }

  AssignmentSample finish(AssignmentSample::Ids ids) const {
    AssignmentSample sample;
    sample.ids = ids;
    sample.units = units_;
    sample.outside = outside_;
    const model::Experiment& experiment = tested_.experiment();
    std::vector<double> weights;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const double weight = experiment.variants[i].weight;
      weights.push_back(weight);
      sample.variants.push_back({experiment.variants[i].key, counts_[i], weight});
      sample.taking_part += counts_[i];
    }
    sample.split = stats::sample_ratio_test(counts_, weights);
    sample.planned_coverage = experiment.ramp.empty() ? experiment.coverage : experiment.ramp.back().share;
    sample.coverage_p_value = coverage(sample);
    sample.others = others();
    sample.alarms = alarms_of(sample);
    return sample;
  }

 private:
  static stats::Estimated<double> coverage(const AssignmentSample& sample) {
    const double planned = sample.planned_coverage;
    if (planned <= 0) return stats::not_estimable("nobody is meant to take part");
    if (planned >= 1) return stats::not_estimable("everybody is meant to take part");
    const std::vector<std::uint64_t> parts{sample.taking_part,
                                           sample.units - sample.outside - sample.taking_part};
    return stats::two_arm_ratio_p_value(parts, std::vector<double>{planned, 1 - planned},
                                        stats::TwoArmRatioTest::NormalCorrected);
  }

  [[nodiscard]] std::vector<OtherExperiment> others() const {
    std::vector<OtherExperiment> found;
    std::vector<double> p_values;
    for (std::size_t i = 0; i < others_.size(); ++i) {
      const model::Experiment& other = others_[i].experiment();
      OtherExperiment& pair = found.emplace_back();
      pair.key = other.key;
      for (const std::uint64_t cell : tables_[i]) pair.units_in_both += cell;
      pair.independence =
          pair.units_in_both == 0
              ? stats::Estimated<stats::ChiSquareTest>(stats::not_estimable("nobody is in both"))
              : stats::independence_test(tables_[i], other.variants.size());
      if (pair.independence) p_values.push_back(pair.independence->p_value);
    }
    const std::vector<double> corrected = stats::adjust_p_values(p_values, stats::Correction::Holm);
    std::size_t next = 0;
    for (OtherExperiment& pair : found) {
      if (pair.independence) pair.corrected_p_value = corrected[next++];
    }
    return found;
  }

  /// Below, only that it is small is of interest.
  static std::string p_text(double p_value) {
    return p_value < 1e-6 ? "p < 0.000001" : fmt::format("p = {:.2g}", p_value);
  }

  static std::vector<std::string> alarms_of(const AssignmentSample& sample) {
    std::vector<std::string> alarms;
    if (sample.split && sample.split->p_value < kAssignmentAlarm)
      alarms.push_back(
          fmt::format("The variants do not get the shares that are planned ({}).", sample.split->p_value));
    if (sample.coverage_p_value && *sample.coverage_p_value < kAssignmentAlarm)
      alarms.push_back(fmt::format("More or fewer take part than the coverage of {:.4g} % ({}).",
                                   100 * sample.planned_coverage, p_text(*sample.coverage_p_value)));
    for (const OtherExperiment& pair : sample.others) {
      if (!pair.corrected_p_value || *pair.corrected_p_value >= kAssignmentAlarm) continue;
      alarms.push_back(
          fmt::format("Who gets which variant depends on the variant in '{}' ({} after correction): "
                      "effects would mix. Give "
                      "the new experiment another seed.",
                      pair.key, p_text(*pair.corrected_p_value)));
    }
    if (sample.units > 0 && sample.taking_part == 0) alarms.emplace_back("Nobody takes part.");
    return alarms;
  }

  Assigner tested_;
  std::vector<Assigner> others_;
  std::string attribute_;
  std::string layer_attribute_;  ///< empty: no layer
  std::vector<std::uint64_t> counts_;
  std::vector<std::vector<std::uint64_t>> tables_;  ///< tested variant by the other's, row-major
  std::uint64_t units_ = 0;
  std::uint64_t outside_ = 0;
};

/// Those that run on the same units. A holdout splits nobody who is in others.
Result<std::vector<Assigner>> others_of(const decide::Snapshot& snapshot, const model::Experiment& tested,
                                        std::span<const std::string> left_out) {
  std::vector<Assigner> others;
  for (const auto& [key, other] : snapshot.configuration().experiments) {
    const bool is_meant = key != tested.key && other.status == model::ExperimentStatus::Running &&
                          !other.holdout && other.attribute == tested.attribute &&
                          std::ranges::find(left_out, key) == left_out.end();
    if (!is_meant) continue;
    auto assigner = Assigner::of(snapshot, key, "", {}, Evaluation::Rehearsal::HashAlone);
    if (!assigner) return tl::unexpected(assigner.error());
    others.push_back(*std::move(assigner));
  }
  return others;
}

}  // namespace

bool AssignmentCheck::as_planned() const {
  return std::ranges::all_of(samples, [](const AssignmentSample& sample) { return sample.alarms.empty(); });
}

Result<AssignmentCheck> check_assignment(const decide::Snapshot& snapshot,
                                         const AssignmentCheckRequest& request) {
  if (request.simulated_ids == 0 && request.known_ids.empty())
    return fail(ErrorCode::InvalidArgument, "there are no ids to check",
                "simulate some, or give a file of known ones");
  const auto tested = Assigner::of(snapshot, request.experiment, "", {}, Evaluation::Rehearsal::HashAlone);
  if (!tested) return tl::unexpected(tested.error());
  const auto others = others_of(snapshot, tested->experiment(), request.others_without_seed);
  if (!others) return tl::unexpected(others.error());
  const auto& layers = snapshot.configuration().layers;
  const auto& slice = tested->experiment().layer;
  const std::string layer_attribute =
      slice && layers.contains(slice->layer) ? layers.find(slice->layer)->second.attribute : std::string();
  AssignmentCheck check;
  check.experiment = request.experiment;
  if (request.simulated_ids > 0) {
    Sampling sampling(*tested, *others, layer_attribute);
    RandomStream random(request.seed);
    for (std::uint64_t i = 0; i < request.simulated_ids; ++i)
      sampling.ask(fmt::format("{:016x}", random.next()));
    check.samples.push_back(sampling.finish(AssignmentSample::Ids::Simulated));
  }
  if (!request.known_ids.empty()) {
    Sampling sampling(*tested, *others, layer_attribute);
    for (const std::string& id : request.known_ids) sampling.ask(id);
    check.samples.push_back(sampling.finish(AssignmentSample::Ids::Known));
  }
  for (AssignmentSample& sample : check.samples) {
    for (const std::string& key : request.others_without_seed) {
      OtherExperiment& other = sample.others.emplace_back();
      other.key = key;
      other.independence = stats::not_estimable("only the server knows its seed");
    }
  }
  return check;
}

}  // namespace splitplot::experiment
