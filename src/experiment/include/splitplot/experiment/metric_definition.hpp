/// How a person declares a metric on the command line, and what it means.
///
///   spend                                          the column `spend`
///   revenue=sum(value) where event = 'purchase'    named; per unit the sum over some of its rows
///   "big orders"=count() where value >= 100        a name with a blank
///
/// Grammar:
///   metric     := [ name '=' ] ( column | reduction '(' [ column ] ')' ) [ 'where' condition ]
///   reduction  := sum | count | count_distinct | mean | avg | min | max | any | first | last
///   condition  := comparisons joined by 'and' and 'or' ('and' binds tighter), 'not', parentheses
///   comparison := column ( = | == | != | <> | < | <= | > | >= ) literal
///               | column [ 'not' ] 'in' '(' literal { ',' literal } ')'
///               | column 'is' [ 'not' ] 'missing'
///   column     := a bare word, "quoted" or `quoted`; a doubled quote stands for one
///   literal    := a number, true, false, or 'text in single quotes'
///
/// Keywords in any case. Pure functions.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <span>
#include <string>
#include <string_view>

namespace splitplot::experiment {

struct MetricDefinition {
  store::Measure measure;  ///< `measure.name` is the metric's name
  std::string text;        ///< as the user wrote it
};

/// `columns` are the columns that exist: a text that is the name of one, whatever characters it holds, means
/// that column. Errors: InvalidArgument, with the place in the text marked in the message.
[[nodiscard]] Result<MetricDefinition> parse_metric(std::string_view text,
                                                    std::span<const std::string> columns = {});

}  // namespace splitplot::experiment
