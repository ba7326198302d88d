/// The names of the language, and what to say where one is not known. Pure.
#pragma once

#include "condition/tree.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::model::condition {

/// What may stand under an attribute.
enum class Operator {
  Eq,
  Ne,
  Lt,
  Lte,
  Gt,
  Gte,
  In,
  Nin,
  Ini,
  Nini,
  All,
  Alli,
  ElemMatch,
  Size,
  Exists,
  Type,
  Regex,
  Regexi,
  Not,
  Veq,
  Vne,
  Vlt,
  Vlte,
  Vgt,
  Vgte,
  InGroup,
  NotInGroup
};

/// What may stand beside attributes.
enum class Connective { And, Or, Nor, Not, InSegment, NotInSegment };

[[nodiscard]] std::optional<Operator> operator_named(std::string_view name);
[[nodiscard]] std::optional<Connective> connective_named(std::string_view name);
[[nodiscard]] std::optional<TypeName> type_named(std::string_view name);

/// Of $lt, $veq and the like; Equal for all others.
[[nodiscard]] Comparison comparison_of(Operator op);

struct Advice {
  std::string message;
  std::string hint;
};

/// For a name with "$" that is no connective, and stands where only those may.
[[nodiscard]] Advice advice_for_connective(std::string_view name);

/// For a name with "$" that is no operator, and stands under an attribute.
[[nodiscard]] Advice advice_for_operator(std::string_view name);

/// For `$inGroup` and `$notInGroup` where there are no lists.
[[nodiscard]] Advice advice_for_group(std::string_view name);

/// The names that `$type` knows, for hints.
[[nodiscard]] std::string type_names();

}  // namespace splitplot::model::condition
