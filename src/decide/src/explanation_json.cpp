// An explanation for programs.

#include "explanation_words.hpp"

#include <splitplot/decide/explanation.hpp>

#include <utility>

namespace splitplot::decide {
namespace {

std::string_view name_of(Source source) {
  switch (source) {
    case Source::Nothing:
      return "nothing";
    case Source::Fallback:
      return "default";
    case Source::Rule:
      return "rule";
    case Source::Experiment:
      return "experiment";
    case Source::Prerequisite:
      return "prerequisite";
    case Source::Override:
      return "override";
  }
  return "nothing";
}

std::string_view name_of(ExplainedRule::Outcome outcome) {
  switch (outcome) {
    case ExplainedRule::Outcome::Decided:
      return "decided";
    case ExplainedRule::Outcome::PassedOver:
      return "passed_over";
    case ExplainedRule::Outcome::LookedOn:
      return "looked_on";
    case ExplainedRule::Outcome::NotReached:
      return "not_reached";
  }
  return "not_reached";
}

void set_text(Value& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object.set(name, text);
}

Value texts(const std::vector<std::string>& all) {
  return Value::Array(all.begin(), all.end());
}

Value clauses_value(const std::vector<model::Finding>& clauses);

Value clause_value(const model::Finding& clause) {
  Value object;
  switch (clause.what) {
    case model::Finding::What::Attribute:
      object.set("attribute", clause.name);
      if (!clause.test.empty()) object.set("test", clause.test);
      object.set("expected", clause.expected);
      if (clause.more_expected > 0) object.set("more_expected", clause.more_expected);
      object.set("found", clause.found);
      break;
    case model::Finding::What::All:
      object.set("all", clauses_value(clause.parts));
      break;
    case model::Finding::What::Any:
      object.set("any", clauses_value(clause.parts));
      break;
    case model::Finding::What::None:
      object.set("none", clauses_value(clause.parts));
      break;
    case model::Finding::What::Not:
      object.set("not", clauses_value(clause.parts));
      break;
    case model::Finding::What::InSegment:
      object.set("in_segment", texts(clause.segments));
      break;
    case model::Finding::What::NotInSegment:
      object.set("not_in_segment", texts(clause.segments));
      break;
  }
  object.set("held", clause.held);
  return object;
}

Value clauses_value(const std::vector<model::Finding>& clauses) {
  Value::Array all;
  for (const model::Finding& clause : clauses) all.push_back(clause_value(clause));
  return all;
}

Value range_value(const ExplainedRange& range) {
  Value object = Value::Object{{"begin", range.range.begin}, {"end", range.range.end}};
  set_text(object, "variant", range.variant);
  return object;
}

Value check_value(const ExplainedCheck& check) {
  Value object = Value::Object{{"check", name_of(check.what)}, {"passed", check.passed}};
  set_text(object, "experiment", check.experiment);
  set_text(object, check.what == Check::What::Prerequisite ? "flag" : "attribute", check.name);
  set_text(object, check.what == Check::What::Layer ? "layer" : "holdout", check.key);
  if (check.bucket) object.set("bucket", *check.bucket);
  if (!check.ranges.empty()) {
    Value::Array ranges;
    for (const ExplainedRange& range : check.ranges) ranges.push_back(range_value(range));
    object.set("ranges", std::move(ranges));
  }
  if (check.from) object.set("from", rfc3339(*check.from));
  if (check.until) object.set("until", rfc3339(*check.until));
  if (!check.clauses.empty()) object.set("clauses", clauses_value(check.clauses));
  if (!check.segments.empty()) {
    Value::Array segments;
    for (const ExplainedSegment& segment : check.segments) {
      segments.push_back(Value::Object{
          {"segment", segment.key}, {"is_in", segment.is_in}, {"clauses", clauses_value(segment.clauses)}});
    }
    object.set("segments", std::move(segments));
  }
  set_text(object, "note", check.note);
  if (!check.flag.empty()) object.set("answer", explanation_value(check.flag.front()));
  return object;
}

Value checks_value(const std::vector<ExplainedCheck>& checks) {
  Value::Array all;
  for (const ExplainedCheck& check : checks) all.push_back(check_value(check));
  return all;
}

Value assignment_value(const ExplainedAssignment& assignment) {
  Value object = Value::Object{};
  set_text(object, "experiment", assignment.experiment);
  set_text(object, "variant", assignment.variant);
  object.set("attribute", assignment.attribute);
  object.set("unit", assignment.unit);
  // Who is forced or sticky has not been assigned by a bucket.
  if (!assignment.is_forced && !assignment.is_sticky) object.set("bucket", assignment.bucket);
  object.set("forced", assignment.is_forced);
  object.set("sticky", assignment.is_sticky);
  return object;
}

}  // namespace

Value answer_value(const Explanation& explanation) {
  Value object = Value::Object{{"flag", explanation.flag}, {"revision", explanation.revision}};
  if (explanation.value) object.set("value", *explanation.value);
  set_text(object, "variant", explanation.variant);
  object.set("reason", name_of(explanation.reason));
  if (explanation.error != DecisionError::None) object.set("error", words_of(explanation.error));
  object.set("source", name_of(explanation.source));
  set_text(object, "content_failure", explanation.content_failure);
  if (explanation.rule) {
    object.set("rule", Value::Object{{"id", explanation.rules[*explanation.rule].id},
                                     {"position", *explanation.rule + 1}});
  }
  if (explanation.assignment) object.set("assignment", assignment_value(*explanation.assignment));
  return object;
}

Value explanation_value(const Explanation& explanation) {
  Value object = answer_value(explanation);
  object.set("checks", checks_value(explanation.checks));
  Value::Array rules;
  for (const ExplainedRule& rule : explanation.rules) {
    Value written = Value::Object{{"id", rule.id}};
    set_text(written, "experiment", rule.experiment);
    set_text(written, "serves", rule.serves);
    if (rule.serves_nobody) written.set("serves_nobody", true);
    written.set("outcome", name_of(rule.outcome));
    written.set("checks", checks_value(rule.checks));
    rules.push_back(std::move(written));
  }
  object.set("rules", std::move(rules));
  return object;
}

}  // namespace splitplot::decide
