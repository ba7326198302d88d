#include "evaluate.hpp"
#include "snapshot_content.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/web_address.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace splitplot::decide {
namespace {

const Value kNull;

/// What conditions of prerequisites are about.
const model::AttributeName kValueName("value");

/// Writes down what is told during one evaluation. Flags that others need are told in between: they are kept on a stack
/// until the check that asked for them.
class Recorder final : public CheckObserver {
 public:
  Recorder(const Snapshot& snapshot, const model::Attributes& attributes)
      : snapshot_(snapshot), content_(snapshot.content()), attributes_(attributes) {}

  void begun(std::string_view flag) override {
    Telling telling;
    telling.explanation.flag = flag;
    telling.explanation.revision = snapshot_.revision();
    const bool is_redirects = flag.data() == content_.redirects.key.data();
    telling.compiled = is_redirects ? &content_.redirects : content_.flag_table.find(flag);
    if (telling.compiled != nullptr) {
      for (const CompiledRule& rule : telling.compiled->rules)
        telling.explanation.rules.push_back(described(rule));
    }
    open_.push_back(std::move(telling));
  }

  void reached(std::string_view, std::size_t rule) override {
    Telling& telling = open_.back();
    telling.rule = rule;
    telling.explanation.rules[rule].outcome = ExplainedRule::Outcome::PassedOver;
  }

  void checked(std::string_view, const Check& check) override {
    Telling& telling = open_.back();
    ExplainedCheck explained = described(check, telling);
    (telling.rule ? telling.explanation.rules[*telling.rule].checks : telling.explanation.checks)
        .push_back(std::move(explained));
  }

  void decided(std::string_view, const Decision& decision) override {
    Telling telling = std::move(open_.back());
    open_.pop_back();
    finish(telling, decision);
    (open_.empty() ? answer_ : open_.back().asked).emplace(std::move(telling.explanation));
  }

  [[nodiscard]] Explanation take() { return std::move(*answer_); }

 private:
  struct Telling {
    Explanation explanation;
    const CompiledFlag* compiled = nullptr;
    std::optional<std::size_t> rule;   ///< that is being looked at
    std::optional<Explanation> asked;  ///< of the flag that the next check is about
  };

  static ExplainedRule described(const CompiledRule& rule) {
    ExplainedRule explained;
    explained.id = rule.id;
    if (const auto* serve = std::get_if<CompiledServe>(&rule.outcome)) {
      explained.serves = serve->served.variant;
    } else if (const auto* asks = std::get_if<CompiledExperimentRule>(&rule.outcome);
               asks->experiment != nullptr) {
      explained.experiment = asks->experiment->experiment->key;
    } else {
      explained.serves_nobody = true;
    }
    return explained;
  }

  /// The experiment that the rule asks which is being looked at.
  static const CompiledExperiment* experiment_of(const Telling& telling) {
    if (!telling.rule) return nullptr;
    const auto* asks = std::get_if<CompiledExperimentRule>(&telling.compiled->rules[*telling.rule].outcome);
    return asks == nullptr ? nullptr : asks->experiment;
  }

  ExplainedCheck described(const Check& check, Telling& telling) {
    ExplainedCheck explained;
    explained.what = check.what;
    explained.passed = check.passed;
    explained.experiment = check.experiment;
    explained.name = check.name;
    explained.key = check.key;
    explained.bucket = check.bucket;
    const CompiledExperiment* experiment = experiment_of(telling);
    for (std::size_t i = 0; i < check.ranges.size(); ++i) {
      const bool is_variant = check.what == Check::What::Variant && experiment != nullptr &&
                              i < experiment->experiment->variants.size();
      explained.ranges.push_back(
          {check.ranges[i], is_variant ? experiment->experiment->variants[i].key : std::string()});
    }
    if (check.from != Timestamp::min()) explained.from = check.from;
    if (check.until != Timestamp::max()) explained.until = check.until;
    if (check.what == Check::What::Status && experiment != nullptr) explained.note = status_note(*experiment);
    if (check.what == Check::What::Prerequisite && telling.asked) {
      explained.flag.push_back(std::move(*telling.asked));
      telling.asked.reset();
    }
    if (check.condition != nullptr) judge_clauses(check, explained);
    return explained;
  }

  static std::string status_note(const CompiledExperiment& experiment) {
    if (experiment.variants < 2) return "it has fewer than two variants";
    switch (experiment.experiment->status) {
      case model::ExperimentStatus::Draft:
        return "it is a draft";
      case model::ExperimentStatus::Stopped:
        return "it is stopped";
      case model::ExperimentStatus::Running:
        break;
    }
    return "nobody takes part in experiments";
  }

  /// The engine answers each clause, over the same attributes.
  void judge_clauses(const Check& check, ExplainedCheck& explained) {
    const Value* written = written_of(check.condition);
    if (written == nullptr) return;
    const Value& answer = check.value != nullptr ? *check.value : kNull;
    const model::Attributes about =
        check.what == Check::What::Prerequisite ? model::Attributes(kValueName, answer) : attributes_;
    auto findings = model::findings_of(*written, about, snapshot_, &content_.lists);
    if (!findings) {
      explained.note = "nobody meets the condition, because it cannot be read: " + findings.error().message;
      return;
    }
    explained.clauses = std::move(*findings);
    add_segments(explained.clauses, explained.segments);
  }

  [[nodiscard]] const Value* written_of(const model::Condition* condition) const {
    const auto written_out = content_.written_out.find(condition);
    if (written_out != content_.written_out.end()) return &written_out->second;
    const auto written = content_.written.find(condition);
    return written == content_.written.end() ? nullptr : written->second;
  }

  /// Each once, those that are asked for first.
  void add_segments(const std::vector<model::Finding>& clauses,
                    std::vector<ExplainedSegment>& segments) const {
    for (const model::Finding& clause : clauses) {
      add_segments(clause.parts, segments);
      for (const std::string& key : clause.segments) {
        if (std::ranges::find(segments, key, &ExplainedSegment::key) != segments.end()) continue;
        const std::size_t place = segments.size();
        segments.push_back({key, snapshot_.contains(key, attributes_), {}});
        const auto found = content_.configuration.segments.find(key);
        // Those that stand in a circle hold nobody, whatever their clauses say.
        if (found == content_.configuration.segments.end() || !content_.segments.contains(key)) continue;
        auto inside =
            model::findings_of(found->second.condition.written, attributes_, snapshot_, &content_.lists);
        if (!inside) continue;
        add_segments(*inside, segments);
        segments[place].clauses = std::move(*inside);
      }
    }
  }

  void finish(Telling& telling, const Decision& decision) const {
    Explanation& explanation = telling.explanation;
    if (decision.value != nullptr) explanation.value = *decision.value;
    explanation.variant = decision.variant;
    explanation.reason = decision.reason;
    explanation.error = decision.error;
    explanation.source = decision.source;
    const bool by_rule = decision.source == Source::Rule || decision.source == Source::Experiment ||
                         decision.source == Source::Prerequisite ||
                         decision.error == DecisionError::CyclicPrerequisite;
    if (by_rule && telling.rule) {
      explanation.rule = telling.rule;
      explanation.rules[*telling.rule].outcome = ExplainedRule::Outcome::Decided;
    }
    for (ExplainedRule& rule : explanation.rules) {
      // Who got a variant of it, and was passed on, met one that changes nothing.
      const bool got_variant = !rule.checks.empty() && rule.checks.back().passed &&
                               (rule.checks.back().what == Check::What::Variant ||
                                rule.checks.back().what == Check::What::Sticky ||
                                rule.checks.back().what == Check::What::Override);
      if (rule.outcome == ExplainedRule::Outcome::PassedOver && !rule.experiment.empty() && got_variant)
        rule.outcome = ExplainedRule::Outcome::LookedOn;
    }
    const Assignment& assignment = decision.assignment;
    const bool split = decision.source == Source::Experiment ||
                       (decision.source == Source::Rule && decision.reason == Reason::Split);
    if (!split) return;
    ExplainedAssignment explained;
    if (const model::Experiment* experiment = decision.experiment()) {
      explained.experiment = experiment->key;
      if (assignment.variant && *assignment.variant < experiment->variants.size())
        explained.variant = experiment->variants[*assignment.variant].key;
    }
    explained.attribute = assignment.attribute;
    explained.unit = assignment.bucket_value.view();
    explained.bucket = assignment.bucket;
    explained.is_forced = assignment.is_forced;
    explained.is_sticky = assignment.is_sticky;
    explanation.assignment = std::move(explained);
  }

  const Snapshot& snapshot_;
  const Snapshot::Compiled& content_;
  const model::Attributes& attributes_;
  std::vector<Telling> open_;
  std::optional<Explanation> answer_;
};

}  // namespace

Explanation explain(const Snapshot& snapshot, std::string_view flag, Evaluation evaluation,
                    const Value* context) {
  Recorder recorder(snapshot, evaluation.attributes);
  evaluation.checks = &recorder;
  const Decision answer = snapshot.decide(flag, evaluation);
  Explanation explanation = recorder.take();
  if (auto content = snapshot.render(answer.value, evaluation.attributes, context)) {
    explanation.value = std::move(content->value);
    explanation.variant = content->variant;
    explanation.content_failure = std::move(content->failure);
  }
  return explanation;
}

std::string nearest_flag(const Snapshot& snapshot, std::string_view flag) {
  std::vector<std::string> known;
  for (const CompiledFlag* known_flag : snapshot.content().flags_by_key) known.emplace_back(known_flag->key);
  const auto nearest = nearest_name(flag, known);
  return nearest ? "did you mean '" + *nearest + "'?" : "";
}

Explanation explain_redirect(const Snapshot& snapshot, Evaluation evaluation) {
  evaluation.observer = nullptr;  // it is asked twice
  const Redirect redirect = redirect_from(snapshot, evaluation);
  if (!model::is_web_page(evaluation.url)) evaluation.url = {};
  Recorder recorder(snapshot, evaluation.attributes);
  evaluation.checks = &recorder;
  static_cast<void>(decide_flag(snapshot.content().redirects, evaluation, snapshot));
  Explanation explanation = recorder.take();
  explanation.flag = "redirect";
  explanation.value = redirect.address ? Value(*redirect.address) : Value();
  return explanation;
}

}  // namespace splitplot::decide
