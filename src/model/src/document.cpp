#include <splitplot/model/document.hpp>

#include <algorithm>

namespace splitplot::model {
namespace {

/// A document with the text that it stands in.
struct Home {
  const DocumentText* text = nullptr;
  std::size_t index = 0;
};

/// Line of the pointer, or of the nearest thing around it that is there.
int line_of(const std::map<std::string, int>& lines, std::string pointer) {
  while (true) {
    const auto found = lines.find(pointer);
    if (found != lines.end()) return found->second;
    if (pointer.empty()) return 1;
    pointer.erase(pointer.rfind('/'));
  }
}

std::string place_in(const Home& home, const std::string& pointer) {
  return home.text->name + ":" + std::to_string(line_of(home.text->lines[home.index], pointer));
}

}  // namespace

std::string_view name_of(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::Connection:
      return "connection";
    case DocumentKind::Experiment:
      return "experiment";
    case DocumentKind::Flag:
      return "flag";
    case DocumentKind::Items:
      return "items";
    case DocumentKind::Layer:
      return "layer";
    case DocumentKind::List:
      return "list";
    case DocumentKind::Metric:
      return "metric";
    case DocumentKind::Segment:
      return "segment";
  }
  return "document";
}

std::optional<DocumentKind> document_kind(std::string_view name) {
  const auto* found =
      std::ranges::find(kDocumentKinds, name, [](DocumentKind kind) { return name_of(kind); });
  if (found == std::end(kDocumentKinds)) return std::nullopt;
  return *found;
}

std::string to_text(const DocumentId& id) {
  return std::string(name_of(id.kind)) + " '" + id.key + "'";
}

std::string to_text(const Problem& problem) {
  std::string about = problem.subject;
  if (!problem.pointer.empty()) about += (about.empty() ? "" : ", ") + problem.pointer;
  std::string text;
  for (const std::string& part : {problem.place, about}) {
    if (!part.empty()) text += part + ": ";
  }
  text += problem.message;
  if (!problem.hint.empty()) text += " (" + problem.hint + ")";
  return text;
}

void add_places(std::vector<Problem>& problems, const std::vector<DocumentText>& texts) {
  std::map<std::string, std::vector<Home>> homes;
  for (const DocumentText& text : texts) {
    for (std::size_t i = 0; i < text.documents.size(); ++i)
      homes[to_text(text.documents[i].id)].push_back({&text, i});
  }
  for (Problem& problem : problems) {
    const auto found = homes.find(problem.subject);
    if (!problem.place.empty() || found == homes.end()) continue;
    const std::vector<Home>& places = found->second;
    problem.place = place_in(places.front(), problem.pointer);
    if (problem.pointer != "/key") continue;
    for (std::size_t i = 1; i < places.size(); ++i)
      problem.place += ", " + place_in(places[i], problem.pointer);
  }
}

}  // namespace splitplot::model
