/// Our own API below /api/v1: documents, history, keys. All run on the pool: they read and write the catalogue.
#pragma once

#include "call.hpp"

namespace splitplot::serve::management {

/// POST /api/v1/apply
[[nodiscard]] Response apply(const Call& call);
/// POST /api/v1/rollback
[[nodiscard]] Response roll_back(const Call& call);
/// GET /api/v1/documents
[[nodiscard]] Response list_documents(const Call& call);
/// GET /api/v1/documents/{kind}/{key}
[[nodiscard]] Response get_document(const Call& call);
/// GET /api/v1/history
[[nodiscard]] Response history(const Call& call);
/// POST /api/v1/connections/{key}/keys
[[nodiscard]] Response add_key(const Call& call);
/// DELETE /api/v1/connections/{key}/keys/old
[[nodiscard]] Response revoke_old_keys(const Call& call);

}  // namespace splitplot::serve::management
