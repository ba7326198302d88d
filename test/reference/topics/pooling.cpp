#include "topics.hpp"

namespace splitplot::reference {

boost::json::object answer_hierarchical_normal(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_hierarchical_binomial(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_meta_analysis(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
