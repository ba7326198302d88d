#include "node.hpp"
#include "position.hpp"
#include "tags.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/content/template.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace splitplot::content {
namespace {

using model::ContentTarget;
using Node = Template::Node;

constexpr std::size_t kDeepest = 16;

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t dot = name.find('.');
    parts.emplace_back(name.substr(0, dot));
    if (dot == name.npos) return parts;
    name.remove_prefix(dot + 1);
  }
}

/// A section that is open while its content is read.
struct OpenSection {
  std::string_view name;
  Place place;
  std::size_t node = 0;
  Position at_begin;
  bool is_inverted = false;
  /// Of a list of items; else of a value of the user.
  const std::pair<const std::string, std::vector<std::string>>* list = nullptr;
  std::string asked;  ///< dotted name of the value that it asks for
};

/// What a name means where it stands.
struct Meaning {
  Node node;
  std::string dotted;  ///< as a default would name it; empty: none can
  const std::pair<const std::string, std::vector<std::string>>* list = nullptr;
};

}  // namespace

/// Builds the nodes of one template.
class TemplateCompiler {
 public:
  TemplateCompiler(ContentTarget target, const Vocabulary& vocabulary, Piece piece, Template& made)
      : target_(target),
        vocabulary_(vocabulary),
        piece_(piece),
        made_(made),
        position_(target == ContentTarget::Json && piece == Piece::Block ? Position::inside_json_string()
                                                                         : Position(target)),
        begin_(position_) {}

  Result<void> run(std::string_view text) {
    const auto tokens = tokens_of(text);
    if (!tokens) return tl::unexpected(tokens.error());
    for (const Token& token : *tokens) {
      if (auto read = add(token); !read) return read;
    }
    if (!open_.empty())
      return fault_at(open_.back().place,
                      "the section '" + std::string(open_.back().name) + "' is never closed",
                      "write {{/" + std::string(open_.back().name) + "}}");
    if (!position_.is_like(begin_))
      return fail(ErrorCode::InvalidArgument, "the template ends " + position_.in_words(),
                  "close what is open there");
    return {};
  }

 private:
  Result<void> add(const Token& token) {
    switch (token.kind) {
      case Token::Kind::Literal:
        literal(token.text);
        return {};
      case Token::Kind::Raw:
        if (target_ != ContentTarget::Text)
          return fault_at(token.place, "values are always escaped, so that they stay values",
                          "write {{" + std::string(token.text) + "}}");
        return variable(token);
      case Token::Kind::Variable:
        return variable(token);
      case Token::Kind::Section:
      case Token::Kind::Inverted:
        return section(token);
      case Token::Kind::End:
        break;
    }
    return end(token);
  }

  void literal(std::string_view text) {
    made_.canonical_ += text;
    Node node;
    if (target_ == ContentTarget::Json && piece_ == Piece::Block) {
      append_escaped(node.text, text, Escaping::JsonString);
    } else {
      position_.advance(text);
      node.text = text;
    }
    made_.nodes_.push_back(std::move(node));
  }

  Result<void> variable(const Token& token) {
    auto meaning = meaning_of(token);
    if (!meaning) return tl::unexpected(meaning.error());
    Node& node = meaning->node;
    node.kind = Node::Kind::Variable;
    if (node.source == Node::Source::List)
      return fault_at(token.place, "'" + node.text + "' is a list of items",
                      "write {{#" + node.text + "}}...{{/" + node.text + "}} around what is shown of each");
    if (node.source == Node::Source::Block && !position_.takes_blocks())
      return fault_at(token.place,
                      target_ == ContentTarget::Json ? "a block stands inside of a string"
                                                     : "no block can stand inside of a tag",
                      "move it");
    if (node.source != Node::Source::Block) {
      const Result<Escaping> escaping = position_.escaping();
      if (!escaping) return fault_at(token.place, escaping.error().message, escaping.error().hint);
      node.escaping = *escaping;
      position_.pass_value();
    }
    if (!meaning->dotted.empty()) note_shown(meaning->dotted, node);
    (made_.canonical_ += "{{").append(token.text) += "}}";
    made_.nodes_.push_back(std::move(node));
    return {};
  }

  void note_shown(const std::string& dotted, Node& node) {
    made_.shown_.insert(dotted);
    if (vocabulary_.defaults != nullptr) {
      const auto fallback = vocabulary_.defaults->find(dotted);
      if (fallback != vocabulary_.defaults->end()) node.fallback = fallback->second;
    }
    const bool is_of_user = node.source == Node::Source::User || node.source == Node::Source::Context;
    const bool is_asked = std::ranges::any_of(
        open_, [&](const OpenSection& section) { return !section.is_inverted && section.asked == dotted; });
    if (is_of_user && !node.fallback && !is_asked) made_.unguarded_.insert(dotted);
  }

  Result<void> section(const Token& token) {
    if (open_.size() == kDeepest)
      return fault_at(token.place, "sections are nested more than 16 deep", "use fewer");
    auto meaning = meaning_of(token);
    if (!meaning) return tl::unexpected(meaning.error());
    if (meaning->node.source == Node::Source::Block)
      return fault_at(token.place, "'" + meaning->node.text + "' is a block",
                      "write {{" + meaning->node.text + "}}");
    const bool is_inverted = token.kind == Token::Kind::Inverted;
    meaning->node.kind = is_inverted ? Node::Kind::Inverted : Node::Kind::Section;
    position_.begin_section();
    open_.push_back({token.text, token.place, made_.nodes_.size(), position_, is_inverted, meaning->list,
                     std::move(meaning->dotted)});
    made_.nodes_.push_back(std::move(meaning->node));
    (made_.canonical_ += is_inverted ? "{{^" : "{{#").append(token.text) += "}}";
    return {};
  }

  Result<void> end(const Token& token) {
    if (open_.empty())
      return fault_at(token.place, "there is no open section '" + std::string(token.text) + "'",
                      "remove the tag");
    const OpenSection& section = open_.back();
    if (section.name != token.text)
      return fault_at(token.place,
                      "the open section is '" + std::string(section.name) + "', of line " +
                          std::to_string(section.place.line) + ", and not '" + std::string(token.text) + "'",
                      "write {{/" + std::string(section.name) + "}} first");
    if (!position_.is_like(section.at_begin))
      return fault_at(token.place,
                      "the section begins " + section.at_begin.in_words() + " and ends " +
                          position_.in_words() + ", or elsewhere in it",
                      "close inside of a section what is opened inside of it");
    made_.nodes_[section.node].end = made_.nodes_.size();
    open_.pop_back();
    (made_.canonical_ += "{{/").append(token.text) += "}}";
    return {};
  }

  /// How many sections around here have elements.
  [[nodiscard]] std::size_t levels() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(open_, [](const OpenSection& section) { return !section.is_inverted; }));
  }

  Result<Meaning> meaning_of(const Token& token) {
    const std::string name(token.text);
    Meaning meaning;
    if (name == "." || name.starts_with('-')) return innermost(token, name);
    std::vector<std::string> parts = parts_of(name);
    const std::string first = parts.front();
    if (first == "user" || first == "context") {
      if (parts.size() == 1)
        return fault_at(token.place, "'" + first + "' is all that is known",
                        "name one thing: {{" + first + ".name}}");
      meaning.dotted = name;
      meaning.node.source = first == "user" ? Node::Source::User : Node::Source::Context;
      meaning.node.attribute = model::AttributeName(parts[1]);
      meaning.node.path.assign(parts.begin() + 2, parts.end());
      return meaning;
    }
    if (std::optional<Meaning> element = element_of(parts)) return *std::move(element);
    if (parts.size() == 1) {
      meaning.node.text = first;
      if (const auto list = vocabulary_.lists.find(first); list != vocabulary_.lists.end()) {
        meaning.node.source = Node::Source::List;
        meaning.list = &*list;
        return meaning;
      }
      if (vocabulary_.blocks.contains(first)) {
        meaning.node.source = Node::Source::Block;
        return meaning;
      }
    }
    return unknown(token, name);
  }

  /// What is asked of the element of the nearest section.
  Result<Meaning> innermost(const Token& token, const std::string& name) {
    Meaning meaning;
    if (levels() == 0)
      return fault_at(token.place, "'" + name + "' is asked for outside of a section", "move it into one");
    meaning.node.level = levels() - 1;
    meaning.node.source = Node::Source::Element;
    if (name == ".") return meaning;
    if (name == "-first") {
      meaning.node.source = Node::Source::First;
    } else if (name == "-last") {
      meaning.node.source = Node::Source::Last;
    } else if (name == "-index") {
      meaning.node.source = Node::Source::Index;
    } else {
      return fault_at(token.place, "there is no '" + name + "'", "known: -first, -last, -index");
    }
    return meaning;
  }

  /// A column of the items around here, or a member of the user's thing around here.
  std::optional<Meaning> element_of(const std::vector<std::string>& parts) {
    std::size_t level = levels();
    const bool is_declared =
        parts.size() == 1 && (vocabulary_.lists.contains(parts[0]) || vocabulary_.blocks.contains(parts[0]));
    for (auto section = open_.rbegin(); section != open_.rend(); ++section) {
      if (section->is_inverted) continue;
      --level;
      const bool is_column =
          section->list != nullptr &&
          std::ranges::find(section->list->second, parts.front()) != section->list->second.end();
      if (section->list != nullptr ? !is_column : is_declared) continue;
      Meaning meaning;
      meaning.node.source = Node::Source::Element;
      meaning.node.level = level;
      meaning.node.path = parts;
      if (is_column) meaning.dotted = section->list->first + "." + parts.front();
      return meaning;
    }
    return std::nullopt;
  }

  tl::unexpected<Error> unknown(const Token& token, const std::string& name) {
    std::vector<std::string> known{"user", "context"};
    for (const auto& [list, columns] : vocabulary_.lists) known.push_back(list);
    for (const std::string& block : vocabulary_.blocks) known.push_back(block);
    for (const OpenSection& section : open_) {
      if (section.list != nullptr)
        known.insert(known.end(), section.list->second.begin(), section.list->second.end());
    }
    const std::size_t dot = std::min(name.find('.'), name.size());
    const std::optional<std::string> nearest = nearest_name(name.substr(0, dot), known);
    const std::string meant = nearest ? *nearest + name.substr(dot) : "user." + name;
    const std::string hint = "did you mean '" + meant + "'?";
    return fault_at(token.place, "there is no '" + name + "'", hint);
  }

  ContentTarget target_;
  const Vocabulary& vocabulary_;
  Piece piece_;
  Template& made_;
  Position position_;
  Position begin_;
  std::vector<OpenSection> open_;
};

Template::Template() = default;
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::compile(std::string_view text, ContentTarget target, const Vocabulary& vocabulary,
                                   Piece piece) {
  Template made;
  made.target_ = target;
  TemplateCompiler compiler(target, vocabulary, piece, made);
  if (const Result<void> read = compiler.run(text); !read) return tl::unexpected(read.error());
  return made;
}

}  // namespace splitplot::content
