/// Our own API below /api/v1/files: a file is uploaded, looked at, analysed, removed. All run on the pool.
#pragma once

#include "call.hpp"

namespace splitplot::serve::results {

/// POST /api/v1/files
[[nodiscard]] Response upload_file(const Call& call);
/// POST /api/v1/files/{id}/analysis
[[nodiscard]] Response analyse_file(const Call& call);
/// DELETE /api/v1/files/{id}
[[nodiscard]] Response remove_file(const Call& call);

}  // namespace splitplot::serve::results
