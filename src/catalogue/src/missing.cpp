#include "missing.hpp"

#include <splitplot/base/spelling.hpp>

#include <string>

#include <fmt/format.h>

namespace splitplot::catalogue {

tl::unexpected<Error> no_revision(Revision revision, Revision last) {
  return fail(ErrorCode::NotFound, fmt::format("there is no revision {}", revision),
              last == 0 ? "nothing was committed yet" : fmt::format("there are 1 to {}", last));
}

tl::unexpected<Error> no_document(const model::DocumentId& id, const std::vector<model::Document>& present) {
  std::vector<std::string> keys;
  for (const model::Document& document : present) {
    if (document.id.kind == id.kind) keys.push_back(document.id.key);
  }
  const auto near = nearest_name(id.key, keys);
  return fail(ErrorCode::NotFound, fmt::format("there is no {}", to_text(id)),
              near ? fmt::format("did you mean '{}'?", *near) : "");
}

}  // namespace splitplot::catalogue
