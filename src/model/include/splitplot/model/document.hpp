/// Documents: what users write down about flags, experiments, metrics, segments, lists, items, layers and connections, as
/// YAML or JSON. A file may hold several. This header knows their outer form, configuration.hpp their content. Pure functions.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

enum class DocumentKind { Connection, Experiment, Flag, Items, Layer, List, Metric, Segment };

inline constexpr DocumentKind kDocumentKinds[] = {
    DocumentKind::Connection, DocumentKind::Experiment, DocumentKind::Flag,   DocumentKind::Items,
    DocumentKind::Layer,      DocumentKind::List,       DocumentKind::Metric, DocumentKind::Segment};

/// "flag", "experiment", ...
[[nodiscard]] std::string_view name_of(DocumentKind kind);
[[nodiscard]] std::optional<DocumentKind> document_kind(std::string_view name);

struct DocumentId {
  DocumentKind kind = DocumentKind::Flag;
  std::string key;
  friend auto operator<=>(const DocumentId&, const DocumentId&) = default;
};

/// "flag 'checkout'"
[[nodiscard]] std::string to_text(const DocumentId& id);

/// A document: `body` is the object as written, without `kind` and `key`.
struct Document {
  DocumentId id;
  Value body;
};

/// Something wrong with a document, and where.
struct Problem {
  std::string place;    ///< "flags.yaml:12", or "" where the document did not come from a file
  std::string subject;  ///< "flag 'checkout'", or ""
  std::string pointer;  ///< JSON pointer into the document: "/rules/0/if"
  std::string message;  ///< a clause: "there is no variant 'blue'"
  std::string hint;     ///< what to do; may be empty
};

/// "flags.yaml:12: flag 'checkout', /rules/0/serve: there is no variant 'blue' (did you mean 'bleu'?)"
[[nodiscard]] std::string to_text(const Problem& problem);

/// Documents of one text, with the place of everything in them.
struct DocumentText {
  std::string name;  ///< of the file, as messages should say it
  std::vector<Document> documents;
  /// Line of each pointer of each document, for problems that are found later.
  std::vector<std::map<std::string, int>> lines;
};

/// Reads YAML (one or several documents, or a list) or JSON (an object or a list of objects), told apart by content.
/// YAML is read by the core schema of YAML 1.2: only true/false are booleans, `no` is text.
/// Every problem of the text is reported, not only the first.
[[nodiscard]] tl::expected<DocumentText, std::vector<Problem>> read_documents(std::string_view name,
                                                                              std::string_view text);

/// Gives problems that were found later (with subject and pointer, without a place) the line they are about, or that of
/// the nearest thing around it. A problem with the "/key" of documents that are there several times names all places.
void add_places(std::vector<Problem>& problems, const std::vector<DocumentText>& texts);

/// A document as YAML that reads back as the same document, members in their order.
[[nodiscard]] std::string to_yaml(const Document& document);

}  // namespace splitplot::model
