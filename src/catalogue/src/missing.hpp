/// Errors about what is not there, with what may have been meant.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/document.hpp>

#include <vector>

namespace splitplot::catalogue {

[[nodiscard]] tl::unexpected<Error> no_revision(Revision revision, Revision last);

/// `present` are the documents that are there.
[[nodiscard]] tl::unexpected<Error> no_document(const model::DocumentId& id,
                                                const std::vector<model::Document>& present);

}  // namespace splitplot::catalogue
