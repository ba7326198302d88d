/// Items and previews of content, below /api/v1. They run on the pool.
#pragma once

#include "call.hpp"

namespace splitplot::serve::management {

/// POST /api/v1/items/{key}: CSV or JSON in the place of the items of a document, which is made where there is none.
[[nodiscard]] Response import_items(const Call& call);

/// POST /api/v1/content/preview: what a user would be shown.
[[nodiscard]] Response preview_content(const Call& call);

}  // namespace splitplot::serve::management
