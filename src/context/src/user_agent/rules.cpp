#include "user_agent/rules.hpp"

#include "header_text.hpp"

#include <algorithm>

#include <re2/re2.h>
#include <re2/stringpiece.h>
#include <yaml-cpp/yaml.h>

namespace splitplot::context {
namespace {

/// What each list is called in the file, and the names of the texts that replace what its groups matched. The default of
/// a part is the group of that number.
struct ListForm {
  const char* name;
  std::array<const char*, 4> replacements;
  std::array<const char*, 4> defaults;
};
constexpr std::array<ListForm, kRuleLists> kForms = {{
    {"user_agent_parsers",
     {"family_replacement", "v1_replacement", "v2_replacement", "v3_replacement"},
     {"$1", "$2", "$3", "$4"}},
    {"os_parsers",
     {"os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement"},
     {"$1", "$2", "$3", "$4"}},
    {"device_parsers",
     {"device_replacement", "brand_replacement", "model_replacement", ""},
     {"$1", "", "$1", ""}},
}};

/// Shorter atoms occur in too many headers to be worth looking for.
constexpr int kMinAtomLength = 3;
/// RE2 builds its tables as it goes, for each expression up to this; the default, 8 MB, is for few expressions.
constexpr std::int64_t kMaxMemoryOfExpression = 512 << 10;
constexpr int kGroups = 10;
using Groups = std::array<re2::StringPiece, kGroups>;

RE2::Options options_of(const YAML::Node& rule) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // headers are bytes; the rules ask for ASCII only
  options.set_max_mem(kMaxMemoryOfExpression);
  options.set_case_sensitive(rule["regex_flag"].as<std::string>("") != "i");
  return options;
}

std::string filled(std::string_view text, const Groups& groups) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_group =
        text[at] == '$' && at + 1 < text.size() && text[at + 1] >= '1' && text[at + 1] <= '9';
    if (is_group) {
      const re2::StringPiece& group = groups[static_cast<std::size_t>(text[++at] - '0')];
      result.append(group.data(), group.size());
    } else {
      result.push_back(text[at]);
    }
  }
  return std::string(trimmed(result));
}

}  // namespace

UserAgentRules::UserAgentRules(std::string_view yaml) {
  const YAML::Node file = YAML::Load(std::string(yaml));
  std::vector<std::string> all_atoms;
  for (std::size_t i = 0; i < kRuleLists; ++i) {
    List& list = lists_[i];
    list.expressions = std::make_unique<re2::FilteredRE2>(kMinAtomLength);
    for (const YAML::Node& written : file[kForms[i].name]) {
      const auto expression = written["regex"].as<std::string>();
      int id = 0;
      if (list.expressions->Add(expression, options_of(written), &id) != RE2::NoError) {
        refused_.push_back(expression);
        continue;
      }
      Rule& rule = list.rules.emplace_back();
      for (std::size_t part = 0; part < rule.templates.size(); ++part) {
        rule.templates[part] =
            written[kForms[i].replacements[part]].as<std::string>(kForms[i].defaults[part]);
      }
    }
    std::vector<std::string> atoms;
    list.expressions->Compile(&atoms);
    for (std::size_t atom = 0; atom < atoms.size(); ++atom) uses_.push_back({i, static_cast<int>(atom)});
    all_atoms.insert(all_atoms.end(), atoms.begin(), atoms.end());
  }
  atoms_ = std::make_unique<const AtomIndex>(all_atoms);
}

std::array<RuleAnswer, kRuleLists> UserAgentRules::answers(std::string_view header) const {
  std::array<std::vector<int>, kRuleLists> found;
  atoms_->search(lower_case(header), [&](int atom) {
    const AtomUse& use = uses_[static_cast<std::size_t>(atom)];
    std::vector<int>& list = found[use.list];
    if (std::find(list.begin(), list.end(), use.atom) == list.end()) list.push_back(use.atom);
  });
  std::array<RuleAnswer, kRuleLists> answers;
  for (std::size_t i = 0; i < kRuleLists; ++i) answers[i] = first_match(lists_[i], found[i], header);
  return answers;
}

RuleAnswer UserAgentRules::first_match(const List& list, const std::vector<int>& atoms,
                                       std::string_view header) const {
  std::vector<int> candidates;
  list.expressions->AllPotentials(atoms, &candidates);
  std::sort(candidates.begin(), candidates.end());
  const re2::StringPiece text(header.data(), header.size());
  for (const int candidate : candidates) {
    const RE2& expression = list.expressions->GetRE2(candidate);
    Groups groups;
    const int wanted = std::min(kGroups, expression.NumberOfCapturingGroups() + 1);
    if (!expression.Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), wanted)) continue;
    RuleAnswer answer;
    const Rule& rule = list.rules[static_cast<std::size_t>(candidate)];
    for (std::size_t part = 0; part < answer.size(); ++part)
      answer[part] = filled(rule.templates[part], groups);
    return answer;
  }
  return {};
}

std::size_t UserAgentRules::size() const {
  std::size_t rules = 0;
  for (const List& list : lists_) rules += list.rules.size();
  return rules;
}

}  // namespace splitplot::context
