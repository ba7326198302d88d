/// Where something stands in a document, to complain about it. All that is found goes into one list of findings.
#pragma once

#include <splitplot/model/condition.hpp>
#include <splitplot/model/document.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// One document says the key of another, which must exist.
struct Reference {
  DocumentKind kind = DocumentKind::Flag;
  std::string key;
  std::string subject;
  std::string pointer;
};

struct Findings {
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
  std::vector<Reference> references;
  ValueLists lists;  ///< what conditions may name
};

/// A place in a document: cheap to copy, and valid as long as the findings are.
class Spot {
 public:
  Spot(Findings& findings, std::string subject, std::string pointer = {})
      : findings_(&findings), subject_(std::move(subject)), pointer_(std::move(pointer)) {}

  [[nodiscard]] Spot at(std::string_view name) const;
  [[nodiscard]] Spot at(std::size_t index) const;
  /// The place that a pointer leads to from here.
  [[nodiscard]] Spot below(std::string_view pointer) const;

  void problem(std::string message, std::string hint = {}) const;
  void warning(std::string message, std::string hint = {}) const;
  void refers_to(DocumentKind kind, std::string key) const;

  /// The lists that conditions may name here.
  [[nodiscard]] const ValueLists& lists() const { return findings_->lists; }

  /// "there is no variant 'blue'", with the nearest of the names that exist.
  void unknown(std::string_view noun, std::string_view name, std::span<const std::string> names) const;

 private:
  Findings* findings_;
  std::string subject_;
  std::string pointer_;
};

}  // namespace splitplot::model
