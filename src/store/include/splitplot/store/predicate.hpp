/// A condition on the columns of a row ("event = 'purchase' and value > 0"), as a tree that an adapter turns into
/// its own query language. Column names are looked up and quoted there, literals are escaped: no text of a user
/// reaches a query unescaped.
///
/// A cell is missing in a condition if it is blank, or is NaN or infinite in a column whose type is a number's.
/// Words such as NA and n/a are values here, like in dimensions (NA is Namibia), though a metric or covariate of
/// that column takes them for missing: whether a unit lacks a number is asked with `Reduction::Missing`. A missing
/// cell matches no comparison and no list, nor their negation.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace splitplot::store {

using Literal = std::variant<double, std::string, bool>;

struct Predicate {
  enum class Kind {
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    IsMissing
  };

  Kind kind = Kind::And;
  std::vector<Predicate> operands;  ///< of And, Or, Not
  std::string column;               ///< of the rest
  std::vector<Literal> literals;    ///< one for a comparison, any number for In, none for IsMissing
};

}  // namespace splitplot::store
