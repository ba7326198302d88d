#include "topics.hpp"

namespace splitplot::reference {

boost::json::object answer_distribution_functions(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_noncentral_t(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
