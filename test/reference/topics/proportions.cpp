#include "topics.hpp"

namespace splitplot::reference {

boost::json::object answer_two_proportion(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_proportion_ci(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_fisher_exact(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_barnard_boschloo(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
