/// OpenFeature's remote evaluation protocol, OFREP 0.3.0 (https://github.com/open-feature/protocol): decisions for
/// OpenFeature SDKs.
#pragma once

#include "call.hpp"

namespace splitplot::serve::ofrep {

/// POST /ofrep/v1/evaluate/flags/{key}
[[nodiscard]] Response evaluate_one(const Call& call);

/// POST /ofrep/v1/evaluate/flags
[[nodiscard]] Response evaluate_all(const Call& call);

}  // namespace splitplot::serve::ofrep
