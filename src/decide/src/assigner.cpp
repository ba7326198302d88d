#include <splitplot/base/spelling.hpp>
#include <splitplot/decide/assigner.hpp>

#include <utility>

namespace splitplot::decide {
namespace {

template <typename T>
std::string nearest_hint(std::string_view key, const model::ByKey<T>& known) {
  std::vector<std::string> keys;
  for (const auto& [other, noun] : known) keys.push_back(other);
  const auto nearest = nearest_name(key, keys);
  return nearest ? "did you mean '" + *nearest + "'?" : "";
}

}  // namespace

Assigner::Assigner(const Snapshot& snapshot, const model::Experiment& experiment, std::string flag)
    : snapshot_(&snapshot),
      experiment_(&experiment),
      flag_(std::move(flag)),
      planned_(experiment.variants.size(), 0.0) {}

Result<Assigner> Assigner::of(const Snapshot& snapshot, std::string_view experiment, std::string flag,
                              Timestamp now, Evaluation::Rehearsal rehearsal) {
  const model::Configuration& configuration = snapshot.configuration();
  const auto found = configuration.experiments.find(experiment);
  if (found == configuration.experiments.end()) {
    return fail(ErrorCode::NotFound, "there is no experiment '" + std::string(experiment) + "'",
                nearest_hint(experiment, configuration.experiments));
  }
  if (!flag.empty() && !configuration.flags.contains(flag)) {
    return fail(ErrorCode::NotFound, "there is no flag '" + flag + "'",
                nearest_hint(flag, configuration.flags));
  }
  if (rehearsal == Evaluation::Rehearsal::No && found->second.status != model::ExperimentStatus::Running) {
    const bool is_draft = found->second.status == model::ExperimentStatus::Draft;
    return fail(ErrorCode::Conflict,
                "the experiment '" + found->first + "' is " + (is_draft ? "a draft" : "stopped") +
                    ": it assigns nobody",
                is_draft ? "start it with 'status: running'" : "results stay, but nobody new takes part");
  }
  Assigner assigner(snapshot, found->second, std::move(flag));
  assigner.now_ = now;
  assigner.rehearsal_ = rehearsal;
  return assigner;
}

AssignedUnit Assigner::assign(const model::Attributes& unit, const Value* context) {
  Refusal refusal;
  Evaluation evaluation(unit);
  evaluation.now = now_;
  evaluation.rehearsal = rehearsal_;
  evaluation.checks = &refusal;
  const Assignment assignment = snapshot_->assign(*experiment_, evaluation);
  AssignedUnit answer;
  answer.variant = assignment.variant;
  if (!assignment.variant) answer.refusal = refusal_word(refusal.what());
  answer.counts = assignment.variant.has_value() && !assignment.is_forced;
  if (answer.counts) {
    for (std::size_t i = 0; i < planned_.size(); ++i) {
      planned_[i] += assignment.arms ? experiment_->weights_for[*assignment.arms].weights[i]
                                     : experiment_->variants[i].weight;
    }
  }
  if (!flag_.empty()) {
    evaluation.checks = nullptr;
    const Value* value = snapshot_->decide(flag_, evaluation).value;
    if (auto content = snapshot_->render(value, unit, context)) {
      answer.value = std::move(content->value);
    } else if (value != nullptr) {
      answer.value = *value;
    }
  }
  return answer;
}

}  // namespace splitplot::decide
