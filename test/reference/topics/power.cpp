#include "topics.hpp"

namespace splitplot::reference {

boost::json::object answer_power_proportions(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_power_noninferiority(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_power_means(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
