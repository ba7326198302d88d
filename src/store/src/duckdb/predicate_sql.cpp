#include "predicate_sql.hpp"

#include "cell_sql.hpp"
#include "sql_text.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

using Kind = Predicate::Kind;

bool is_group(Kind kind) {
  return kind == Kind::And || kind == Kind::Or || kind == Kind::Not;
}

/// YYYY-MM-DD, perhaps with a time behind it.
bool looks_like_time(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() < kShape.size()) return false;
  return std::equal(kShape.begin(), kShape.end(), text.begin(), [](char shape, char c) {
    return shape == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : shape == c;
  });
}

/// Left and right side of a comparison, brought to one type by the literal's.
struct Sides {
  std::string cell;
  std::string literal;
};

Result<Sides> sides(const Literal& literal, const ReadPlan& plan, std::size_t column) {
  if (const double* number = std::get_if<double>(&literal)) {
    if (!std::isfinite(*number))
      return fail(ErrorCode::InvalidArgument, "a condition compares with a number that is not finite");
    return Sides{plain_number_sql(plan, column), double_literal(*number)};
  }
  if (const bool* truth = std::get_if<bool>(&literal)) {
    return Sides{measure_number_sql(plan, column), double_literal(*truth ? 1 : 0)};
  }
  const std::string& text = std::get<std::string>(literal);
  if (plan.source->columns[column].type == ColumnType::Time && looks_like_time(text)) {
    return Sides{time_sql(plan, column),
                 fmt::format("epoch_us(TRY_CAST({} AS TIMESTAMPTZ))", quoted_text(text))};
  }
  return Sides{present_text_sql(plan, column), quoted_text(text)};
}

std::string_view operator_of(Kind kind) {
  switch (kind) {
    case Kind::Equal:
      return "=";
    case Kind::NotEqual:
      return "<>";
    case Kind::Less:
      return "<";
    case Kind::LessOrEqual:
      return "<=";
    case Kind::Greater:
      return ">";
    default:
      return ">=";
  }
}

Result<std::string> comparison(std::string_view sign, const Literal& literal, const ReadPlan& plan,
                               std::size_t column) {
  auto both = sides(literal, plan, column);
  if (!both) return tl::unexpected(both.error());
  return fmt::format("({} {} {})", both->cell, sign, both->literal);
}

Result<std::string> group(const Predicate& predicate, const ReadPlan& plan) {
  if (predicate.operands.empty() || (predicate.kind == Kind::Not && predicate.operands.size() != 1)) {
    return fail(ErrorCode::InvalidArgument, "a condition lacks its operands");
  }
  std::string text;
  for (const Predicate& operand : predicate.operands) {
    auto inner = predicate_sql(operand, plan);
    if (!inner) return inner;
    if (!text.empty()) text += predicate.kind == Kind::And ? " AND " : " OR ";
    text += *inner;
  }
  return predicate.kind == Kind::Not ? fmt::format("(NOT {})", text) : fmt::format("({})", text);
}

}  // namespace

Result<std::string> predicate_sql(const Predicate& predicate, const ReadPlan& plan) {
  if (is_group(predicate.kind)) return group(predicate, plan);
  auto column = find_column(*plan.source, predicate.column);
  if (!column) return tl::unexpected(column.error());
  if (predicate.kind == Kind::IsMissing) return fmt::format("(NOT {})", present_sql(plan, *column));
  if (predicate.kind != Kind::In) {
    if (predicate.literals.size() != 1) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("the condition on '{}' needs one value", predicate.column));
    }
    return comparison(operator_of(predicate.kind), predicate.literals.front(), plan, *column);
  }
  // A missing cell is unknown, not absent from the list, so that its negation does not match either.
  std::string text = fmt::format("(CASE WHEN {} THEN (false", present_sql(plan, *column));
  for (const Literal& literal : predicate.literals) {
    auto one = comparison("=", literal, plan, *column);
    if (!one) return one;
    text += " OR " + *one;
  }
  return text + ") END)";
}

Result<void> collect_text_columns(const Predicate& predicate, const Source& source,
                                  std::set<std::size_t>& columns) {
  for (const Predicate& operand : predicate.operands) {
    if (auto inner = collect_text_columns(operand, source, columns); !inner) return inner;
  }
  if (is_group(predicate.kind)) return {};
  auto column = find_column(source, predicate.column);
  if (!column) return tl::unexpected(column.error());
  const bool textual =
      std::any_of(predicate.literals.begin(), predicate.literals.end(),
                  [](const Literal& literal) { return std::holds_alternative<std::string>(literal); });
  if (textual) columns.insert(*column);
  return {};
}

}  // namespace splitplot::store::duckdb
