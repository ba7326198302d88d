#include <splitplot/store/tabular_file.hpp>
#include <splitplot/store/unit_frame.hpp>

namespace splitplot::store {

std::string_view name_of(FileFormat format) {
  switch (format) {
    case FileFormat::DelimitedText:
      return "delimited text";
    case FileFormat::Parquet:
      return "Parquet";
    case FileFormat::JsonLines:
      return "JSON lines";
    case FileFormat::Relation:
      return "a table of the warehouse";
  }
  return "unknown";
}

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::Boolean:
      return "boolean";
    case ColumnType::Integer:
      return "integer";
    case ColumnType::Real:
      return "real";
    case ColumnType::Text:
      return "text";
    case ColumnType::Time:
      return "time";
    case ColumnType::Other:
      return "other";
  }
  return "unknown";
}

std::string_view name_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::Value:
      return "value";
    case Reduction::Sum:
      return "sum";
    case Reduction::Count:
      return "count";
    case Reduction::CountDistinct:
      return "count_distinct";
    case Reduction::Mean:
      return "mean";
    case Reduction::Minimum:
      return "min";
    case Reduction::Maximum:
      return "max";
    case Reduction::Any:
      return "any";
    case Reduction::First:
      return "first";
    case Reduction::Last:
      return "last";
    case Reduction::Missing:
      return "missing";
  }
  return "unknown";
}

}  // namespace splitplot::store
