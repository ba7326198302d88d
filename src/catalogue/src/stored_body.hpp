/// Bodies of documents as rows hold them: whole, or, where a long list in them changed a little, as the difference to an
/// earlier version (docs/formats/catalogue.md, "Differences").
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/store/document_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::catalogue {

/// A text that is whole. Errors: BadData.
[[nodiscard]] Result<Value> read_body(const store::DocumentName& name, std::string_view text);

/// The body of a row, with the earlier versions that it rests on; nothing where the document was deleted. Errors: those of
/// the store, BadData.
[[nodiscard]] Result<std::optional<Value>> body_of(store::DocumentStore& store,
                                                   const store::DocumentVersionRow& row);

/// The text to store for the version of a document that comes next; `before` is the version that holds now, if there is
/// one. Errors: those of the store, BadData.
[[nodiscard]] Result<std::string> text_to_store(store::DocumentStore& store, const store::DocumentName& name,
                                                std::uint64_t version, const Value* before,
                                                const Value& body);

}  // namespace splitplot::catalogue
