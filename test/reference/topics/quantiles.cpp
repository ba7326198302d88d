#include "topics.hpp"

namespace splitplot::reference {

boost::json::object answer_quantile_te(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_robust(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
