/// A condition of a document. Plain values.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <memory>

namespace splitplot::model {

/// A condition as written beside its compiled form. Shared: configurations of different versions hold the same.
struct WrittenCondition {
  Value written;  ///< null: everybody
  std::shared_ptr<const Condition> compiled;
};

}  // namespace splitplot::model
