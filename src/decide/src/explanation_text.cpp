// An explanation for people.

#include "explanation_words.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/decide/explanation.hpp>
#include <splitplot/model/json.hpp>

#include <array>
#include <utility>

namespace splitplot::decide {
namespace {

std::string number(double value) {
  return std::string(ScriptNumber(value).view());
}

std::string quoted(std::string_view text) {
  std::string quoted = "'";
  return quoted.append(text).append("'");
}

std::string listed(const std::vector<std::string>& keys) {
  std::string list;
  for (const std::string& key : keys) list.append(list.empty() ? "" : ", ").append(quoted(key));
  return list;
}

/// "at least 18"
std::string expectation(const model::Finding& clause) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kWords = {
      {{"$eq", "exactly "},
       {"$ne", "other than "},
       {"$lt", "less than "},
       {"$lte", "at most "},
       {"$gt", "more than "},
       {"$gte", "at least "},
       {"$in", "one of "},
       {"$nin", "none of "},
       {"$ini", "in any case one of "},
       {"$nini", "in any case none of "},
       {"$inGroup", "in the list "},
       {"$notInGroup", "not in the list "},
       {"$regex", "a match of "},
       {"$regexi", "in any case a match of "},
       {"$veq", "version "},
       {"$vne", "a version other than "},
       {"$vlt", "a version before "},
       {"$vlte", "a version up to "},
       {"$vgt", "a version after "},
       {"$vgte", "a version from "}}};
  if (clause.test == "$exists") return clause.expected == Value(true) ? "known" : "unknown";
  std::string words;
  bool is_known = clause.test.empty();
  for (const auto& [test, meaning] : kWords) {
    if (test != clause.test) continue;
    words = meaning;
    is_known = true;
  }
  if (!is_known) words.append(clause.test).append(" ");
  words.append(model::to_json(clause.expected));
  if (clause.more_expected > 0)
    words.append(" and ").append(std::to_string(clause.more_expected)).append(" more");
  return words;
}

std::string_view heading(const model::Finding& clause) {
  switch (clause.what) {
    case model::Finding::What::All:
      return "all of";
    case model::Finding::What::Any:
      return "any of";
    case model::Finding::What::None:
      return "none of";
    case model::Finding::What::Not:
      return "not all of";
    case model::Finding::What::Attribute:
    case model::Finding::What::InSegment:
    case model::Finding::What::NotInSegment:
      break;
  }
  return "";
}

std::string line_of(const model::Finding& clause) {
  switch (clause.what) {
    case model::Finding::What::Attribute: {
      const std::string found = clause.found.is_null() ? "not known" : model::to_json(clause.found);
      return clause.name + " is " + found + ", expected " + expectation(clause);
    }
    case model::Finding::What::InSegment:
      return "in the segment " + listed(clause.segments);
    case model::Finding::What::NotInSegment:
      return "not in the segment " + listed(clause.segments);
    default:
      return std::string(heading(clause));
  }
}

std::string ranges_text(const std::vector<ExplainedRange>& ranges) {
  std::string text;
  for (const ExplainedRange& range : ranges) {
    if (!text.empty()) text += ", ";
    if (!range.variant.empty()) text.append(quoted(range.variant)).append(" ");
    text.append("[" + number(range.range.begin) + ", " + number(range.range.end) + ")");
  }
  return text.empty() ? "none yet" : text;
}

/// "bucket 0.0123 of 'id', in [0, 0.1)": what was hashed and where it should lie.
std::string bucket_text(const ExplainedCheck& check) {
  if (!check.bucket) return "nothing to hash in " + quoted(check.name);
  return "bucket " + number(*check.bucket) + " of " + quoted(check.name) + ", expected in " +
         ranges_text(check.ranges);
}

std::string times_text(const ExplainedCheck& check) {
  std::string text;
  if (check.from) text += " from " + rfc3339(*check.from);
  if (check.until) text += " until " + rfc3339(*check.until);
  return text;
}

std::string prerequisite_text(const ExplainedCheck& check) {
  std::string text = "flag " + quoted(check.name);
  if (check.flag.empty()) return text;
  const Explanation& answer = check.flag.front();
  if (answer.error != DecisionError::None) return text.append(": ").append(words_of(answer.error));
  return text + " answers " + (answer.value ? model::to_json(*answer.value) : "nothing");
}

std::string line_of(const ExplainedCheck& check) {
  switch (check.what) {
    case Check::What::Enabled:
      return "the flag is switched on";
    case Check::What::Schedule:
      return "scheduled" + times_text(check);
    case Check::What::Override:
      return "somebody forced it";
    case Check::What::Prerequisite:
      return prerequisite_text(check);
    case Check::What::Filter:
      return "filter: " + bucket_text(check);
    case Check::What::Layer:
      return "slice of the layer " + quoted(check.key) + ": " + bucket_text(check);
    case Check::What::Holdout:
      return "not held out by " + quoted(check.key) + ": " + bucket_text(check);
    case Check::What::Namespace:
      return "namespace: " + bucket_text(check);
    case Check::What::Condition:
      return "condition";
    case Check::What::Rollout:
      return "roll-out: " + bucket_text(check);
    case Check::What::Status:
      return "the experiment runs";
    case Check::What::Url:
      return "on this page";
    case Check::What::Unit:
      return "something to hash in " + quoted(check.name);
    case Check::What::Population:
      return "population";
    case Check::What::Sticky:
      return "assigned earlier";
    case Check::What::Weights:
      return "other weights";
    case Check::What::Variant:
      return "variant: " + bucket_text(check);
    case Check::What::QaMode:
      return "assigned by hash: not while it is tried out";
  }
  return "";
}

std::string_view words_of(ExplainedRule::Outcome outcome) {
  switch (outcome) {
    case ExplainedRule::Outcome::Decided:
      return "decided";
    case ExplainedRule::Outcome::PassedOver:
      return "passed over";
    case ExplainedRule::Outcome::LookedOn:
      return "looked on, changes nothing";
    case ExplainedRule::Outcome::NotReached:
      return "not reached";
  }
  return "";
}

class Writer {
 public:
  std::string write(const Explanation& explanation) {
    add(0, answer_text(explanation));
    body(explanation, 2);
    return std::move(text_);
  }

 private:
  void add(std::size_t indent, std::string_view line) { text_.append(indent, ' ').append(line).append("\n"); }

  void add(std::size_t indent, bool passed, std::string_view line) {
    add(indent, (passed ? "yes  " : "no   ") + std::string(line));
  }

  void body(const Explanation& explanation, std::size_t indent) {
    for (const ExplainedCheck& one : explanation.checks) check(one, indent);
    for (std::size_t i = 0; i < explanation.rules.size(); ++i) {
      const ExplainedRule& rule = explanation.rules[i];
      std::string line = "rule " + (rule.id.empty() ? std::to_string(i + 1) : quoted(rule.id));
      if (!rule.experiment.empty()) line += ", experiment " + quoted(rule.experiment);
      if (!rule.serves.empty()) line += ", serves " + quoted(rule.serves);
      if (rule.serves_nobody) line += ", serves nobody";
      add(indent, line.append(": ").append(words_of(rule.outcome)));
      for (const ExplainedCheck& one : rule.checks) check(one, indent + 2);
    }
    const bool fell_through = explanation.source == Source::Fallback && !explanation.rules.empty();
    if (fell_through) add(indent, "no rule applied: the default");
  }

  void check(const ExplainedCheck& check, std::size_t indent) {
    std::string line = line_of(check);
    if (!check.note.empty()) line += ": " + check.note;
    add(indent, check.passed, line);
    clauses(check.clauses, indent + kDeeper);
    for (const ExplainedSegment& segment : check.segments) {
      add(indent + kDeeper, segment.is_in, "is in the segment " + quoted(segment.key));
      clauses(segment.clauses, indent + 2 * kDeeper);
    }
    for (const Explanation& flag : check.flag) {
      if (flag.checks.empty() && flag.rules.empty()) continue;
      add(indent + kDeeper, answer_text(flag));
      body(flag, indent + kDeeper + 2);
    }
  }

  void clauses(const std::vector<model::Finding>& all, std::size_t indent) {
    for (const model::Finding& clause : all) {
      add(indent, clause.held, line_of(clause));
      clauses(clause.parts, indent + kDeeper);
    }
  }

  static constexpr std::size_t kDeeper = 5;  ///< behind "yes  "
  std::string text_;
};

}  // namespace

std::string_view words_of(DecisionError error) {
  switch (error) {
    case DecisionError::None:
      return "";
    case DecisionError::FlagNotFound:
      return "there is no such flag";
    case DecisionError::TargetingKeyMissing:
      return "its rules need the id of a user";
    case DecisionError::CyclicPrerequisite:
      return "prerequisites ask for one another in a circle";
  }
  return "";
}

std::string_view name_of(Check::What what) {
  switch (what) {
    case Check::What::Enabled:
      return "enabled";
    case Check::What::Schedule:
      return "schedule";
    case Check::What::Override:
      return "override";
    case Check::What::Prerequisite:
      return "prerequisite";
    case Check::What::Filter:
      return "filter";
    case Check::What::Layer:
      return "layer";
    case Check::What::Holdout:
      return "holdout";
    case Check::What::Namespace:
      return "namespace";
    case Check::What::Condition:
      return "condition";
    case Check::What::Rollout:
      return "rollout";
    case Check::What::Status:
      return "status";
    case Check::What::Url:
      return "url";
    case Check::What::Unit:
      return "unit";
    case Check::What::Population:
      return "population";
    case Check::What::Sticky:
      return "sticky";
    case Check::What::Weights:
      return "weights";
    case Check::What::Variant:
      return "variant";
    case Check::What::QaMode:
      return "qa_mode";
  }
  return "";
}

std::string answer_text(const Explanation& explanation) {
  std::string text = explanation.flag;
  if (explanation.value) {
    text += " = " + model::to_json(*explanation.value);
    if (!explanation.variant.empty()) text += ", variant " + quoted(explanation.variant);
  } else {
    text += ": the caller's default";
  }
  text.append(" (").append(name_of(explanation.reason));
  if (explanation.error != DecisionError::None) text.append(": ").append(words_of(explanation.error));
  if (explanation.source == Source::Override) text += ", forced";
  if (explanation.rule) {
    const std::string& id = explanation.rules[*explanation.rule].id;
    text += ", rule " + (id.empty() ? std::to_string(*explanation.rule + 1) : quoted(id));
  }
  if (explanation.assignment) {
    const ExplainedAssignment& assignment = *explanation.assignment;
    if (!assignment.experiment.empty())
      text += ", experiment " + quoted(assignment.experiment) + ": " + quoted(assignment.variant);
    if (assignment.is_forced) {
      text += ", forced";
    } else if (assignment.is_sticky) {
      text += ", assigned earlier";
    } else {
      text += ", bucket " + number(assignment.bucket);
    }
  }
  if (!explanation.content_failure.empty()) text += ", its content failed: " + explanation.content_failure;
  return text + ")";
}

std::string explanation_text(const Explanation& explanation) {
  return Writer().write(explanation);
}

}  // namespace splitplot::decide
