/// Why a unit takes no part in an experiment: the check that kept it out. For lists of units, where a whole explanation of
/// each would be too much. Allocates nothing; one evaluation at a time.
#pragma once

#include <splitplot/decide/evaluation.hpp>

#include <optional>
#include <string_view>

namespace splitplot::decide {

class Refusal final : public CheckObserver {
 public:
  void checked(std::string_view flag, const Check& check) override;

  /// Before the next unit.
  void clear() { what_.reset(); }

  /// The last check that did not pass. Meaningful where the unit got no variant.
  [[nodiscard]] std::optional<Check::What> what() const { return what_; }

 private:
  std::optional<Check::What> what_;
};

/// A word for a column: "population", "not_running", "coverage", "no_unit"; "unknown" for nothing.
[[nodiscard]] std::string_view refusal_word(std::optional<Check::What> what);

}  // namespace splitplot::decide
