/// Decisions beside those of flags, and decisions asked by people and programs that may see rules: why one came out as it
/// did. Only `redirect` counts as an exposure.
#pragma once

#include "call.hpp"
#include "http/message.hpp"

namespace splitplot::serve::decision {

/// GET: ?flag=KEY, ?user=ID, ?attributes=JSON, ?url=; POST: {"flag", "context", "url"}; both ?format=json or text.
[[nodiscard]] Response explain(const Call& call);

/// Where the visitor of a page is sent: {"context": {"targetingKey", "url", ...}}.
[[nodiscard]] Response redirect(const Call& call);

/// Why: {"context", "url"}; ?format=json or text.
[[nodiscard]] Response explain_redirect(const Call& call);

/// What an experiment assigns to each unit of a list: {"units": [{"id", attributes...}], "flag"}.
[[nodiscard]] Response assignments(const Call& call);

/// Whether an experiment splits as planned, and independently of others: {"simulated", "seed", "ids"}; ?format=json or text.
[[nodiscard]] Response check_assignment(const Call& call);

}  // namespace splitplot::serve::decision
