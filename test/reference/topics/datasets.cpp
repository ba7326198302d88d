#include "topics.hpp"

namespace splitplot::reference {

boost::json::object answer_dataset_e2e(const ReferenceCase& reference_case) {
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
