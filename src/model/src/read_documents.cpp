#include "located_value.hpp"
#include "text_place.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/base/spelling.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <charconv>
#include <utility>

namespace splitplot::model {
namespace {

using Lines = std::map<std::string, int>;

/// Sorts values into documents, and notes what keeps one from being a document.
class Sorter {
 public:
  Sorter(std::string_view name, std::vector<Problem>& problems) : problems_(problems) { text_.name = name; }

  void take(LocatedValue located) {
    if (located.value.if_array() != nullptr) {
      take_list(std::move(located));
    } else if (located.value.if_object() != nullptr) {
      take_object(std::move(located.value), std::move(located.lines));
    } else if (!located.value.is_null()) {
      complain(located.lines.at(""), "",
               "a document is an object, not " + std::string(name_of(located.value.kind())),
               "it starts with kind and key");
    }
  }

  [[nodiscard]] DocumentText finish() { return std::move(text_); }

 private:
  void take_list(LocatedValue located) {
    Value::Array& elements = *located.value.if_array();
    std::vector<Lines> lines(elements.size());
    for (auto& [pointer, line] : located.lines) {
      if (pointer.empty()) continue;
      std::size_t index = 0;
      const char* end = std::from_chars(pointer.data() + 1, pointer.data() + pointer.size(), index).ptr;
      lines[index].emplace(std::string(end, pointer.data() + pointer.size()), line);
    }
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (elements[i].if_object() != nullptr) {
        take_object(std::move(elements[i]), std::move(lines[i]));
      } else {
        complain(lines[i].at(""), "",
                 "a list of documents holds objects, not " + std::string(name_of(elements[i].kind())),
                 "each starts with kind and key");
      }
    }
  }

  void take_object(Value object, Lines lines) {
    const auto line_of = [&lines](const std::string& pointer) {
      const auto found = lines.find(pointer);
      return found == lines.end() ? lines.at("") : found->second;
    };
    const std::optional<DocumentKind> kind = kind_of(object.find("kind"), line_of("/kind"));
    const std::optional<std::string> key = key_of(object.find("key"), line_of("/key"));
    if (!kind || !key) return;
    const DocumentId id{*kind, *key};
    const auto [earlier, is_new] = places_.emplace(id, line_of("/key"));
    if (!is_new)
      complain(line_of("/key"), to_text(id),
               "it is there twice, first in line " + std::to_string(earlier->second),
               "remove one of them, or give it another key");
    object.erase("kind");
    object.erase("key");
    text_.documents.push_back({id, std::move(object)});
    text_.lines.push_back(std::move(lines));
  }

  std::optional<DocumentKind> kind_of(const Value* value, int line) {
    std::string kinds;
    std::vector<std::string> names;
    for (const DocumentKind kind : kDocumentKinds) {
      names.emplace_back(name_of(kind));
      kinds += (kinds.empty() ? "" : ", ") + names.back();
    }
    const std::string* name = value == nullptr ? nullptr : value->if_text();
    if (name == nullptr) {
      complain(line, "",
               value == nullptr ? "the document says no kind" : "the kind of a document must be text",
               "there are " + kinds);
      return std::nullopt;
    }
    const std::optional<DocumentKind> kind = document_kind(*name);
    if (!kind) {
      const std::optional<std::string> nearest = nearest_name(*name, names);
      complain(line, "", "there is no kind '" + *name + "'",
               nearest ? "did you mean '" + *nearest + "'?" : "there are " + kinds);
    }
    return kind;
  }

  std::optional<std::string> key_of(const Value* value, int line) {
    const std::string* key = value == nullptr ? nullptr : value->if_text();
    if (key != nullptr && is_key(*key)) return *key;
    if (value == nullptr) {
      complain(line, "", "the document has no key", std::string(kKeyRule));
    } else if (key == nullptr) {
      complain(line, "", "the key of a document must be text, not " + std::string(name_of(value->kind())),
               "put quotes around it");
    } else {
      complain(line, "", "'" + *key + "' is not a key", std::string(kKeyRule));
    }
    return std::nullopt;
  }

  void complain(int line, std::string subject, std::string message, std::string hint) {
    problems_.push_back({.place = place_of(text_.name, line),
                         .subject = std::move(subject),
                         .pointer = {},
                         .message = std::move(message),
                         .hint = std::move(hint)});
  }

  std::vector<Problem>& problems_;
  DocumentText text_;
  std::map<DocumentId, int> places_;
};

bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

YamlStream read_as_json(std::string_view name, std::string_view text) {
  Result<Value> value = parse_json(text, {}, DuplicateNames::Refuse);
  if (value) {
    Lines lines = json_lines(text, *value);
    YamlStream stream;
    stream.documents.push_back({std::move(*value), std::move(lines)});
    return stream;
  }
  // "line 3, column 7: ..." becomes a place like all others.
  const std::string& message = value.error().message;
  int line = 1;
  std::from_chars(message.data() + std::string_view("line ").size(), message.data() + message.size(), line);
  const std::size_t comma = message.find(", ");
  Problem problem{
      .place = place_of(name, line),
      .subject = {},
      .pointer = {},
      .message = "this is not JSON: " + message.substr(comma == std::string::npos ? 0 : comma + 2),
      .hint = value.error().hint};
  if (problem.hint.empty())
    problem.hint = "a text that starts with { or [ is read as JSON; for YAML put --- before it";
  return {.documents = {}, .problems = {std::move(problem)}};
}

}  // namespace

std::string place_of(std::string_view name, int line) {
  return std::string(name) + ":" + std::to_string(line);
}

tl::expected<DocumentText, std::vector<Problem>> read_documents(std::string_view name,
                                                                std::string_view text) {
  const std::string_view content = without_byte_order_mark(text);
  YamlStream stream = looks_like_json(content) ? read_as_json(name, content) : read_yaml(name, content);
  Sorter sorter(name, stream.problems);
  for (LocatedValue& located : stream.documents) sorter.take(std::move(located));
  if (!stream.problems.empty()) return tl::unexpected(std::move(stream.problems));
  return sorter.finish();
}

}  // namespace splitplot::model
