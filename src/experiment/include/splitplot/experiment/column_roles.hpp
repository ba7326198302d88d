/// What the columns of a file seem to be, for somebody who is asked which is which. Suggestions with their reasons, no
/// decisions: an analysis takes nothing from here. Pure.
#pragma once

#include <splitplot/store/table_sample.hpp>
#include <splitplot/store/tabular_file.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::experiment {

enum class ColumnRole { Variant, Unit, Time, Metric, Covariate, Dimension, None };

/// "variant", "unit", ...
[[nodiscard]] std::string_view name_of(ColumnRole role);

struct ColumnSuggestion {
  ColumnRole role = ColumnRole::None;
  std::string why;  ///< a clause: "2 different values, one of them 'control'"
};

/// One per column. At most one column is suggested as the variant, and at most one as the unit.
[[nodiscard]] std::vector<ColumnSuggestion> suggest_roles(const std::vector<store::Column>& columns,
                                                          const store::TableSample& sample);

}  // namespace splitplot::experiment
