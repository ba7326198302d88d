#include "condition/compile.hpp"
#include "condition/evaluate.hpp"
#include "condition/operators.hpp"

#include <splitplot/model/condition_findings.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace splitplot::model {
namespace {

using condition::Clause;
using condition::Clauses;

/// Elements of a list that are shown.
constexpr std::size_t kMostElements = 20;

/// What is written and what it was compiled to, side by side: a clause for each member, in their order.
class Findings {
 public:
  Findings(const Attributes& attributes, const SegmentMembership& segments)
      : attributes_(attributes), segments_(segments) {}

  std::vector<Finding> all(const Value& written, const Clauses& clauses) {
    std::vector<Finding> found;
    const Value::Object& members = *written.if_object();
    for (std::size_t i = 0; i < clauses.size(); ++i) clause(members[i], clauses[i], found);
    return found;
  }

 private:
  void clause(const Member& member, const Clause& clause, std::vector<Finding>& found) {
    if (const auto* attribute = std::get_if<condition::AttributeClause>(&clause.what)) {
      return tests(member, *attribute, found);
    }
    Finding finding;
    finding.held = condition::holds(clause, attributes_, segments_);
    if (const auto* every = std::get_if<condition::AllClause>(&clause.what)) {
      finding.what = Finding::What::All;
      finding.parts = parts(member.value, every->parts);
    } else if (const auto* any = std::get_if<condition::AnyClause>(&clause.what)) {
      finding.what = any->sense == condition::Sense::Is ? Finding::What::Any : Finding::What::None;
      finding.parts = parts(member.value, any->parts);
    } else if (const auto* negated = std::get_if<condition::NegatedClause>(&clause.what)) {
      finding.what = Finding::What::Not;
      finding.parts = all(member.value, negated->clauses);
    } else if (const auto* segment = std::get_if<condition::SegmentClause>(&clause.what)) {
      finding.what =
          segment->sense == condition::Sense::Is ? Finding::What::InSegment : Finding::What::NotInSegment;
      finding.segments = segment->keys;
    }
    found.push_back(std::move(finding));
  }

  /// One for each operator, so that it shows which of them did not hold.
  void tests(const Member& member, const condition::AttributeClause& clause, std::vector<Finding>& found) {
    const Value& value = condition::found_at(clause, attributes_, segments_);
    const Value::Object* operators = member.value.if_object();
    const bool by_itself =
        operators == nullptr || operators->empty() || !operators->front().name.starts_with('$');
    for (std::size_t i = 0; i < clause.tests.size(); ++i) {
      Finding finding;
      finding.held = condition::passes(clause.tests[i], value, attributes_, segments_);
      finding.name = member.name;
      finding.found = value;
      if (!by_itself) finding.test = (*operators)[i].name;
      expect(by_itself ? member.value : (*operators)[i].value, finding);
      found.push_back(std::move(finding));
    }
  }

  static void expect(const Value& written, Finding& finding) {
    const Value::Array* elements = written.if_array();
    if (elements == nullptr || elements->size() <= kMostElements) {
      finding.expected = written;
      return;
    }
    const auto shown = elements->begin() + static_cast<std::ptrdiff_t>(kMostElements);
    finding.expected = Value::Array(elements->begin(), shown);
    finding.more_expected = elements->size() - kMostElements;
  }

  std::vector<Finding> parts(const Value& written, const std::vector<Clauses>& compiled) {
    std::vector<Finding> found;
    const Value::Array& alternatives = *written.if_array();
    for (std::size_t i = 0; i < compiled.size(); ++i) {
      std::vector<Finding> clauses = all(alternatives[i], compiled[i]);
      if (clauses.size() == 1) {
        found.push_back(std::move(clauses.front()));
        continue;
      }
      Finding group;
      group.what = Finding::What::All;
      group.held = condition::holds(compiled[i], attributes_, segments_);
      group.parts = std::move(clauses);
      found.push_back(std::move(group));
    }
    return found;
  }

  const Attributes& attributes_;
  const SegmentMembership& segments_;
};

}  // namespace

Result<std::vector<Finding>> findings_of(const Value& written, const Attributes& attributes,
                                         const SegmentMembership& segments, const ValueLists* lists) {
  std::string wrong_at;
  Result<condition::CompiledCondition> compiled = condition::compile(written, wrong_at, lists);
  if (!compiled) return tl::unexpected(std::move(compiled.error()));
  if (compiled->clauses.empty()) return std::vector<Finding>();
  return Findings(attributes, segments).all(written, compiled->clauses);
}

}  // namespace splitplot::model
