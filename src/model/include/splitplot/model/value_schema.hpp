/// What the values of a flag must look like: a part of JSON Schema (docs/formats/schema.md), compiled once. Immutable; any
/// number of threads may ask it.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <memory>
#include <string>
#include <vector>

namespace splitplot::model {

class ValueSchema {
 public:
  struct Node;

  /// What is wrong with a value.
  struct Fault {
    std::string pointer;  ///< into the value
    std::string message;  ///< a clause
  };

  /// Errors: InvalidArgument (a keyword that is not known, or that makes no sense beside the others); `pointer` (if given)
  /// receives the JSON pointer inside the schema.
  [[nodiscard]] static Result<ValueSchema> compile(const Value& written, std::string* pointer = nullptr);

  /// All that is wrong, at most ten; empty: the value is as it must be.
  [[nodiscard]] std::vector<Fault> faults_of(const Value& value) const;

 private:
  explicit ValueSchema(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace splitplot::model
