#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/refusal.hpp>

namespace splitplot::decide {

void Refusal::checked(std::string_view, const Check& check) {
  if (!check.passed) what_ = check.what;
}

std::string_view refusal_word(std::optional<Check::What> what) {
  if (!what) return "unknown";
  switch (*what) {
    case Check::What::Status:
      return "not_running";
    case Check::What::Unit:
      return "no_unit";
    case Check::What::Variant:
      return "coverage";
    default:
      return name_of(*what);
  }
}

}  // namespace splitplot::decide
