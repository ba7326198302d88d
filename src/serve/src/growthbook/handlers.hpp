/// GrowthBook's SDK protocol (docs/formats/growthbook.md): rules for SDKs that decide by themselves, decisions for those
/// that do not, events of their plugins; and the events of OpenFeature's GO Feature Flag providers, which have the same way
/// in.
#pragma once

#include "call.hpp"

#include <chrono>
#include <cstddef>

namespace splitplot::serve {

namespace growthbook {

/// Bodies are remembered so long and so many: clients send one again within seconds.
inline constexpr std::chrono::minutes kBodyWindow{2};
inline constexpr std::size_t kRememberedBodies = 100'000;

/// GET /api/features/{clientKey}
[[nodiscard]] Response features(const Call& call);

/// GET /sub/{clientKey}
[[nodiscard]] Response subscribe(const Call& call);

/// POST /api/eval/{clientKey}
[[nodiscard]] Response evaluate(const Call& call);

/// POST /track: answers once the events are durable.
void track(const Call& call, const Responder& responder);

/// GET /api/v1/connections/{key}/encryption: what a connection's payload is encrypted with.
[[nodiscard]] Response encryption_key(const Call& call);

}  // namespace growthbook

namespace go_feature_flag {

/// POST /v1/data/collector: answers once the events are durable.
void collect(const Call& call, const Responder& responder);

}  // namespace go_feature_flag

}  // namespace splitplot::serve
