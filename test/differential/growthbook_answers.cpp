// growthbook_answers: the decision engine behind a line protocol, to be held against GrowthBook's SDK.
//
// A line in: the context of an SDK ({features, experiments, savedGroups, contextualBandits, attributes, url,
// forcedVariations, forcedFeatureValues, enabled, qaMode}) with `ask`, the features and experiments to ask, in this order
// ([{"feature": key}, {"experiment": key}]), and `stickyBucketAssignmentDocs` where assignments are sticky.
//
// A line out: {"answers": [{...result of the SDK, "experimentResult", "tracked": [...]}], "documents": {...}}. Exits with
// 1 after a line that is no JSON or no payload.
#include "growthbook/context.hpp"
#include "growthbook/result.hpp"
#include "growthbook/sticky_documents.hpp"

#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace {

using namespace splitplot;
using growthbook::member;
using growthbook::text_of;

/// What the SDK would have told its callbacks.
class Recorder final : public decide::EvaluationObserver {
 public:
  Recorder(const Value& payload, growthbook::StickyDocuments& documents)
      : payload_(payload), documents_(documents) {}

  void assigned(std::string_view flag, const decide::Assignment& assignment, const Value& value) override {
    const std::string key(flag);
    const Value& rule = growthbook::rule_of(payload_, key, assignment.experiment->key);
    track(assignment, growthbook::experiment_result(payload_, rule, key, assignment, value));
  }
  void remember(const decide::StickyAssignment& assignment) override { documents_.remember(assignment); }

  void track(const decide::Assignment& assignment, const Value& result) {
    tracked_.emplace_back(Value::Object{{"experiment", assignment.experiment->key}, {"result", result}});
  }
  [[nodiscard]] Value take_tracked() { return Value(std::exchange(tracked_, {})); }

 private:
  const Value& payload_;
  growthbook::StickyDocuments& documents_;
  Value::Array tracked_;
};

Value ask_feature(const growthbook::Context& context, const decide::Snapshot& snapshot,
                  const decide::Evaluation& evaluation, const std::string& key) {
  const decide::Decision decision = snapshot.decide(key, evaluation);
  Value answer = growthbook::feature_result(decision);
  if (decision.experiment() == nullptr) return answer;
  const Value& rule = growthbook::rule_of(context.payload, key, decision.experiment()->key);
  answer.set("experimentResult",
             growthbook::experiment_result(context.payload, rule, key, decision.assignment, *decision.value));
  return answer;
}

const Value& experiment_named(const Value& payload, const std::string& key) {
  for (const Value& written : *member(payload, "experiments").if_array()) {
    if (text_of(member(written, "key")) == key) return written;
  }
  return member(payload, "");
}

Value ask_experiment(const growthbook::Context& context, const decide::Snapshot& snapshot,
                     const decide::Evaluation& evaluation, const std::string& key, Recorder& recorder) {
  const std::optional<decide::Assignment> assignment = snapshot.assign(key, evaluation);
  if (!assignment || !assignment->variant) return Value(Value::Object{{"inExperiment", false}});
  const Value& written = experiment_named(context.payload, key);
  const Value result =
      growthbook::experiment_result(context.payload, written, Value(), *assignment,
                                    (*member(written, "variations").if_array())[*assignment->variant]);
  if (!assignment->is_forced) recorder.track(*assignment, result);
  return result;
}

Value answers_to(const Value& line) {
  const growthbook::Context context(line);
  const auto snapshot = context.snapshot();
  growthbook::StickyDocuments documents;
  Recorder recorder(context.payload, documents);
  decide::Evaluation evaluation = context.evaluation();
  evaluation.observer = &recorder;
  if (const Value::Object* known = member(line, "stickyBucketAssignmentDocs").if_object()) {
    for (const Member& document : *known) documents.add(document.value);
    evaluation.sticky = &documents;
  }
  Value::Array answers;
  for (const Value& question : *member(line, "ask").if_array()) {
    const Value* feature = question.find("feature");
    Value answer = feature != nullptr ? ask_feature(context, *snapshot, evaluation, text_of(*feature))
                                      : ask_experiment(context, *snapshot, evaluation,
                                                       text_of(member(question, "experiment")), recorder);
    answer.set("tracked", recorder.take_tracked());
    answers.push_back(std::move(answer));
  }
  return Value(Value::Object{{"answers", std::move(answers)}, {"documents", documents.all()}});
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string text;
  while (std::getline(std::cin, text)) {
    const Result<Value> line = model::parse_json(text);
    if (!line || member(*line, "ask").if_array() == nullptr) {
      std::cerr << "growthbook_answers: not a line of this protocol\n";
      return 1;
    }
    std::cout << model::to_json(answers_to(*line)) << '\n' << std::flush;
  }
  return 0;
}
