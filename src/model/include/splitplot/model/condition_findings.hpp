/// A condition taken apart for one unit: each clause with what it asks, what is known of the unit, and whether it held.
/// For people who ask why; it compiles the condition anew and allocates, where Condition::matches does neither. Pure; any
/// thread.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/condition.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace splitplot::model {

/// A clause, or one of the parts of $and, $or, $nor and $not.
struct Finding {
  enum class What {
    Attribute,     ///< `name`: its path, `test`: the operator, `expected` beside `found`
    All,           ///< $and: all of `parts`; also one alternative of the others
    Any,           ///< $or: one of `parts`, or there are none
    None,          ///< $nor: none of `parts`
    Not,           ///< $not: not all of `parts`
    InSegment,     ///< one of `segments`
    NotInSegment,  ///< none of them
  };
  What what = What::Attribute;
  bool held = false;
  std::string name;
  std::string test;               ///< "$gt"; empty: the value is written by itself
  Value expected;                 ///< no more than the first elements of a list
  std::size_t more_expected = 0;  ///< elements of the list beyond these
  Value found;                    ///< null: missing, or null
  std::vector<std::string> segments;
  std::vector<Finding> parts;
};

/// The clauses of a condition in the order written: it is met where all have held. Each is judged, also behind one that
/// did not hold. `lists` are those it was compiled with. Errors: what Condition::compile refuses.
[[nodiscard]] Result<std::vector<Finding>> findings_of(const Value& written, const Attributes& attributes,
                                                       const SegmentMembership& segments,
                                                       const ValueLists* lists = nullptr);

}  // namespace splitplot::model
