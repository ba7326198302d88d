/// uap-core's rules, compiled: three lists of regular expressions, of each of which the first that matches a header
/// says what it is. Immutable once built; any number of threads may ask.
///
/// Nearly every expression needs certain texts ("atoms") to match. They are looked for in one pass over the header, and
/// only the few expressions whose atoms are there are tried. RE2 takes time linear in the header, whatever it holds.
#pragma once

#include "user_agent/atom_index.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <re2/filtered_re2.h>

namespace splitplot::context {

enum class RuleList { Browser, System, Device };
inline constexpr std::size_t kRuleLists = 3;

/// What the first rule that matches says. Browser and System: name, then versions, major first. Device: name, brand,
/// model. Trimmed; empty where the rule says nothing.
using RuleAnswer = std::array<std::string, 4>;

class UserAgentRules {
 public:
  /// From the text of a regexes.yaml.
  explicit UserAgentRules(std::string_view yaml);

  /// One for each list; empty where no rule matches.
  [[nodiscard]] std::array<RuleAnswer, kRuleLists> answers(std::string_view header) const;

  /// Expressions that RE2 does not take (look-around, references back), by their text. They never match.
  [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }

  /// Rules in use, of all lists.
  [[nodiscard]] std::size_t size() const;

 private:
  /// What a rule says, with $1 to $9 for what its groups matched; for a Device without a text, group 1.
  struct Rule {
    std::array<std::string, 4> templates;
  };
  struct List {
    std::unique_ptr<re2::FilteredRE2> expressions;
    std::vector<Rule> rules;
  };
  /// Where an atom counts: the same text may be asked for by several lists.
  struct AtomUse {
    std::size_t list;
    int atom;
  };

  [[nodiscard]] RuleAnswer first_match(const List& list, const std::vector<int>& atoms,
                                       std::string_view header) const;

  std::array<List, kRuleLists> lists_;
  std::unique_ptr<const AtomIndex> atoms_;
  std::vector<AtomUse> uses_;  ///< by the atom's place in atoms_
  std::vector<std::string> refused_;
};

}  // namespace splitplot::context
