#include "measure_sql.hpp"

#include "cell_sql.hpp"
#include "predicate_sql.hpp"

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

bool reads_numbers(const Measure& measure) {
  return !measure.column.empty() && measure.reduction != Reduction::Count &&
         measure.reduction != Reduction::CountDistinct;
}

/// The reduction answers a number also for a unit in which no row has one.
bool always_answers(Reduction reduction) {
  return reduction == Reduction::Count || reduction == Reduction::CountDistinct ||
         reduction == Reduction::Any || reduction == Reduction::Missing;
}

/// Names of the row columns and the condition a row has to meet.
struct Names {
  std::string number;    // DOUBLE
  std::string cell;      // any type, for counting different values
  std::string present;   // BOOLEAN
  std::string kind;      // TextCell
  std::string infinite;  // BOOLEAN
  std::string matches;   // BOOLEAN, or empty: every row matches

  [[nodiscard]] std::string filter(std::string_view further = {}) const {
    if (matches.empty() && further.empty()) return "";
    if (matches.empty() || further.empty()) return fmt::format(" FILTER (WHERE {}{})", matches, further);
    return fmt::format(" FILTER (WHERE {} AND {})", matches, further);
  }
};

std::string one_where_missing(const std::string& value) {
  return fmt::format("CASE WHEN {} IS NULL THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END", value);
}

/// The value of a unit that is one row.
std::string row_value(const Measure& measure, const Names& names) {
  const std::string matches = names.matches.empty() ? "true" : names.matches;
  switch (measure.reduction) {
    case Reduction::Sum:
      return fmt::format("CASE WHEN {} THEN {} ELSE 0.0::DOUBLE END", matches, names.number);
    case Reduction::Count:
    case Reduction::CountDistinct:
      return fmt::format("CASE WHEN {}{} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END", matches,
                         measure.column.empty() ? "" : " AND " + names.present);
    case Reduction::Any:
      return fmt::format("CASE WHEN {}{} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END", matches,
                         measure.column.empty() ? "" : fmt::format(" AND {} <> 0", names.number));
    default:
      break;
  }
  const std::string value =
      names.matches.empty() ? names.number : fmt::format("CASE WHEN {} THEN {} END", matches, names.number);
  return measure.reduction == Reduction::Missing ? one_where_missing(value) : value;
}

/// The value of the first or last row, missing where that row's cell is missing. `aggregate` chooses among rows.
std::string value_of_one_row(const Names& names, const MeasureContext& context, const char* aggregate) {
  if (context.form == UnitForm::SingleRows)
    return fmt::format("any_value({}){}", names.number, names.filter());
  return fmt::format("{}({}, o){}", aggregate, names.number, names.filter());
}

/// The value of a unit that is a group of rows.
std::string group_value(const Measure& measure, const Names& names, const MeasureContext& context) {
  const std::string filter = names.filter();
  switch (measure.reduction) {
    case Reduction::Value:
      if (context.form != UnitForm::SingleRows && context.repeated_units == RepeatedUnits::Sum)
        return fmt::format("sum({}){}", names.number, filter);
      return value_of_one_row(names, context, "arg_min_null");
    case Reduction::Sum:
      if (names.matches.empty()) return fmt::format("sum({})", names.number);
      return fmt::format("CASE WHEN count(*){0} = 0 THEN 0.0::DOUBLE ELSE sum({1}){0} END", filter,
                         names.number);
    case Reduction::Count:
      return fmt::format("CAST(count(*){} AS DOUBLE)",
                         names.filter(measure.column.empty() ? "" : names.present));
    case Reduction::CountDistinct:
      return fmt::format("CAST(count(DISTINCT {}){} AS DOUBLE)", names.cell, filter);
    case Reduction::Mean:
      return fmt::format("avg({}){}", names.number, filter);
    case Reduction::Minimum:
      return fmt::format("min({}){}", names.number, filter);
    case Reduction::Maximum:
      return fmt::format("max({}){}", names.number, filter);
    case Reduction::Any:
      return fmt::format("CASE WHEN count(*){} > 0 THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END",
                         names.filter(measure.column.empty() ? "" : names.number + " <> 0"));
    case Reduction::First:
      return value_of_one_row(names, context, "arg_min_null");
    case Reduction::Last:
      return value_of_one_row(names, context, "arg_max_null");
    case Reduction::Missing:
      return one_where_missing(value_of_one_row(names, context, "arg_min_null"));
  }
  return "NULL";
}

Result<void> add_number_column(MeasureSql& sql, const Measure& measure, const ReadPlan& plan,
                               const Names& names, std::size_t column) {
  const SourceColumn& source = plan.source->columns[column];
  if (source.type == ColumnType::Time || source.type == ColumnType::Other) {
    return fail(ErrorCode::BadData,
                source.type == ColumnType::Time
                    ? fmt::format("column '{}' holds dates or times, not numbers", source.name)
                    : fmt::format("column '{}' holds nested values, not numbers", source.name),
                fmt::format("'{}' needs a column of numbers", measure.name));
  }
  if (source.sql_type == "UUID") {
    return fail(ErrorCode::BadData, fmt::format("column '{}' holds UUIDs, not numbers", source.name),
                fmt::format("'{}' needs a column of numbers", measure.name));
  }
  sql.number_column = column;
  sql.row_columns.push_back(fmt::format("{} AS {}", measure_number_sql(plan, column), names.number));
  if (plan.is_text(column)) {
    sql.row_columns.push_back(fmt::format("{} AS {}", text_cell_sql(plan, column), names.kind));
    const auto check = [&](CellCheck::Kind kind, TextCell cell) {
      sql.checks.push_back({kind, fmt::format("{} = {}", names.kind, static_cast<int>(cell))});
    };
    check(CellCheck::Kind::NotANumber, TextCell::NotANumber);
    check(CellCheck::Kind::Word, TextCell::Word);
    check(CellCheck::Kind::OtherNumber, TextCell::OtherNumber);
    check(CellCheck::Kind::Infinite, TextCell::Infinite);
  } else if (source.type == ColumnType::Real || source.type == ColumnType::Integer) {
    sql.row_columns.push_back(fmt::format("({0} IS NOT NULL AND NOT isfinite(CAST({0} AS DOUBLE))) AS {1}",
                                          column_sql(*plan.source, column), names.infinite));
    sql.checks.push_back({CellCheck::Kind::Infinite, names.infinite});
  }
  return {};
}

}  // namespace

Result<MeasureSql> measure_sql(const Measure& measure, const std::string& prefix, const ReadPlan& plan,
                               const MeasureContext& context) {
  MeasureSql sql;
  Names names{prefix + "_x", prefix + "_c", prefix + "_p", prefix + "_k", prefix + "_i", context.guard};
  if (measure.where) {
    auto where = predicate_sql(*measure.where, plan);
    if (!where) return tl::unexpected(where.error());
    sql.row_columns.push_back(fmt::format("{} AS {}_w", *where, prefix));
    names.matches =
        names.matches.empty() ? prefix + "_w" : fmt::format("({} AND {}_w)", names.matches, prefix);
  }
  if (measure.column.empty()) {
    if (measure.reduction != Reduction::Count && measure.reduction != Reduction::Any) {
      return fail(ErrorCode::InvalidArgument, fmt::format("'{}' needs a column", measure.name),
                  "only a count of rows and 'any' can do without one");
    }
  } else {
    auto column = find_column(*plan.source, measure.column);
    if (!column) return tl::unexpected(column.error());
    if (reads_numbers(measure)) {
      if (auto added = add_number_column(sql, measure, plan, names, *column); !added)
        return tl::unexpected(added.error());
    } else {
      sql.row_columns.push_back(fmt::format("{} AS {}", present_sql(plan, *column), names.present));
      sql.row_columns.push_back(fmt::format("{} AS {}", present_text_sql(plan, *column), names.cell));
    }
  }
  for (CellCheck& check : sql.checks) {
    if (!names.matches.empty()) check.condition = fmt::format("({} AND {})", names.matches, check.condition);
  }
  sql.unit_value =
      context.form == UnitForm::EachRow ? row_value(measure, names) : group_value(measure, names, context);
  sql.never_missing = always_answers(measure.reduction) || measure.missing == MissingValue::Zero;
  if (measure.missing == MissingValue::Zero)
    sql.unit_value = fmt::format("coalesce({}, 0.0::DOUBLE)", sql.unit_value);
  const bool value = measure.reduction == Reduction::Value;
  if (value && context.form != UnitForm::EachRow)
    sql.matching_rows = fmt::format("count(*){}", names.filter());
  sql.needs_order =
      context.form == UnitForm::Repeated &&
      (measure.reduction == Reduction::First || measure.reduction == Reduction::Last ||
       measure.reduction == Reduction::Missing || (value && context.repeated_units != RepeatedUnits::Sum));
  return sql;
}

Result<void> collect_text_columns(const Measure& measure, const Source& source,
                                  std::set<std::size_t>& columns) {
  if (measure.where) {
    if (auto inner = collect_text_columns(*measure.where, source, columns); !inner) return inner;
  }
  if (measure.reduction != Reduction::CountDistinct || measure.column.empty()) return {};
  auto column = find_column(source, measure.column);
  if (!column) return tl::unexpected(column.error());
  columns.insert(*column);
  return {};
}

}  // namespace splitplot::store::duckdb
