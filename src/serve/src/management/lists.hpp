/// Lists that are uploaded as a file: replaced, added to, taken from.
#pragma once

#include "route.hpp"

namespace splitplot::serve::management {

[[nodiscard]] Response import_list(const Call& call);

}  // namespace splitplot::serve::management
