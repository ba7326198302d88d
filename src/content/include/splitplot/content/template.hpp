/// A logic-less template: text with {{names}}, {{#sections}}...{{/sections}} and {{^inverted}}...{{/inverted}} ones, in
/// the form of Mustache. Compiled once, when what every name means and how it is escaped is settled by where it stands;
/// rendered against what is known of a user. Immutable; any number of threads may render it. No I/O.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/content.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::content {

/// What a template may name beside `user` and `context`.
struct Vocabulary {
  std::map<std::string, std::vector<std::string>, std::less<>> lists;  ///< of items, with their columns
  std::set<std::string, std::less<>> blocks;
  /// Dotted name to what stands in where it is missing; a column is named behind its list: "offers.price".
  const std::map<std::string, Value, std::less<>>* defaults = nullptr;
};

/// Where in its surroundings a template begins and ends.
enum class Piece {
  Whole,
  Block,  ///< inserted by another: in text, or inside of a string of JSON
};

class Template;

/// What is known of whom it is rendered for. Views; valid while rendering.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  [[nodiscard]] virtual const model::Attributes& user() const = 0;
  [[nodiscard]] virtual const Value* context() const = 0;  ///< an object or null
  /// Items of a list, each an object.
  [[nodiscard]] virtual std::span<const Value* const> items(const std::string& list) = 0;
  /// What a block shows; null: nothing.
  [[nodiscard]] virtual const Template* block(const std::string& name) = 0;
};

struct RenderedText {
  std::string text;
  bool is_cut = false;  ///< it would have been longer, or taken too long
};

class Template {
 public:
  struct Node;
  /// Errors: InvalidArgument; the message begins with the place: "line 3, column 7: ...".
  [[nodiscard]] static Result<Template> compile(std::string_view text, model::ContentTarget target,
                                                const Vocabulary& vocabulary, Piece piece = Piece::Whole);
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  /// At most `max_bytes`; cut between characters, never inside of an escape or of a tag of HTML.
  [[nodiscard]] RenderedText render(Surroundings& surroundings, std::size_t max_bytes) const;

  /// Dotted names whose values are shown, as `Vocabulary::defaults` would name them.
  [[nodiscard]] const std::set<std::string, std::less<>>& shown() const { return shown_; }
  /// Those of them that are of the user or the context, without a default, and outside of a section that asks for them.
  [[nodiscard]] const std::set<std::string, std::less<>>& unguarded() const { return unguarded_; }
  /// The template in one spelling that templates of the same meaning share.
  [[nodiscard]] const std::string& canonical() const { return canonical_; }

 private:
  friend class TemplateCompiler;
  friend class Renderer;
  Template();
  model::ContentTarget target_ = model::ContentTarget::Text;
  std::vector<Node> nodes_;
  std::set<std::string, std::less<>> shown_;
  std::set<std::string, std::less<>> unguarded_;
  std::string canonical_;
};

}  // namespace splitplot::content
