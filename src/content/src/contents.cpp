#include "selection.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/content/contents.hpp>
#include <splitplot/content/template.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/model/pointer.hpp>

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

namespace splitplot::content {
namespace {

using model::ContentTarget;
using model::pointer_to;

/// A block with its texts compiled.
struct CompiledBlock {
  struct Case {
    const model::Condition* condition = nullptr;  ///< null: everybody
    Template shown;
  };
  std::vector<Case> cases;
};

struct FlagContent {
  const model::Flag* flag = nullptr;
  std::map<std::string, CompiledBlock, std::less<>> blocks;
  std::map<std::string, Selection, std::less<>> selections;
  std::map<std::size_t, Template> variants;  ///< by their position in the flag
  Value safe;                                ///< the default, for somebody of whom nothing is known
};

/// What one rendering asks for; lists are selected once.
class View final : public Surroundings {
 public:
  View(const FlagContent& content, const Viewer& viewer) : content_(content), viewer_(viewer) {}

  [[nodiscard]] const model::Attributes& user() const override { return viewer_.user; }
  [[nodiscard]] const Value* context() const override { return viewer_.context; }
  [[nodiscard]] std::span<const Value* const> items(const std::string& list) override {
    const auto selected = selected_.find(list);
    if (selected != selected_.end()) return selected->second;
    const auto selection = content_.selections.find(list);
    if (selection == content_.selections.end()) return {};
    return selected_.emplace(list, selection->second.select(viewer_.user)).first->second;
  }
  [[nodiscard]] const Template* block(const std::string& name) override {
    const auto block = content_.blocks.find(name);
    if (block == content_.blocks.end()) return nullptr;
    for (const CompiledBlock::Case& one : block->second.cases) {
      const bool is_met =
          one.condition == nullptr ||
          (viewer_.segments != nullptr && one.condition->matches(viewer_.user, *viewer_.segments));
      if (is_met) return &one.shown;
    }
    return nullptr;
  }

 private:
  const FlagContent& content_;
  const Viewer& viewer_;
  std::map<std::string, std::vector<const Value*>, std::less<>> selected_;
};

/// Errors: BadData (no JSON), ResourceLimit (JSON that would have to be cut).
Result<Rendering> rendered(const FlagContent& content, std::size_t variant, const Viewer& viewer) {
  const model::Content& declared = *content.flag->content;
  const auto shown = content.variants.find(variant);
  if (shown == content.variants.end()) return fail(ErrorCode::Internal, "the template is not compiled");
  View view(content, viewer);
  RenderedText text = shown->second.render(view, declared.max_bytes);
  Rendering rendering{
      .value = {}, .variant = content.flag->variants[variant].key, .failure = {}, .is_cut = text.is_cut};
  if (declared.target == ContentTarget::Json) {
    if (text.is_cut)
      return fail(ErrorCode::ResourceLimit,
                  "what it shows is longer than " + std::to_string(declared.max_bytes) + " bytes");
    Result<Value> json = model::parse_json(text.text, {}, model::DuplicateNames::Refuse);
    if (!json) return fail(ErrorCode::BadData, "what it shows is no JSON: " + json.error().message);
    if (content.flag->type == model::ValueType::Json) {
      if (json->if_object() == nullptr && json->if_array() == nullptr)
        return fail(ErrorCode::BadData, "what it shows is neither an object nor a list");
      rendering.value = *std::move(json);
      return rendering;
    }
  }
  rendering.value = std::move(text.text);
  return rendering;
}

/// Names of columns that a written condition asks for, with their pointers.
void collect_columns(const Value& written, const std::string& pointer,
                     std::vector<std::pair<std::string, std::string>>& names) {
  if (const Value::Array* all = written.if_array()) {
    for (std::size_t i = 0; i < all->size(); ++i) collect_columns((*all)[i], pointer_to(pointer, i), names);
  }
  const Value::Object* members = written.if_object();
  if (members == nullptr) return;
  for (const Member& member : *members) {
    const std::string place = pointer_to(pointer, member.name);
    if (member.name.starts_with('$')) {
      collect_columns(member.value, place, names);
    } else {
      names.emplace_back(member.name.substr(0, member.name.find('.')), place);
    }
  }
}

/// Compiles the content of one flag, and says what is wrong with it.
class FlagCompiler {
 public:
  FlagCompiler(const model::Configuration& configuration, const model::Flag& flag, Findings& findings)
      : configuration_(configuration),
        flag_(flag),
        declared_(*flag.content),
        findings_(findings),
        subject_(to_text(model::DocumentId{model::DocumentKind::Flag, flag.key})) {}

  FlagContent run() {
    content_.flag = &flag_;
    block_words_.defaults = &declared_.defaults;
    for (const auto& [name, selection] : declared_.items) add_selection(name, selection);
    words_.lists = columns_;
    words_.defaults = &declared_.defaults;
    for (const auto& [name, block] : declared_.blocks) {
      words_.blocks.insert(name);
      add_block(name, block);
    }
    for (std::size_t i = 0; i < flag_.variants.size(); ++i) add_variant(i);
    if (content_.variants.size() == flag_.variants.size()) {
      check_defaults();
      check_values();
    }
    return std::move(content_);
  }

 private:
  void problem(const std::string& pointer, const std::string& message, const std::string& hint = {}) {
    findings_.problems.push_back({{}, subject_, pointer, message, hint});
  }
  void warning(const std::string& pointer, const std::string& message, const std::string& hint = {}) {
    findings_.warnings.push_back({{}, subject_, pointer, message, hint});
  }

  void add_selection(const std::string& name, const model::ItemSelection& selection) {
    const std::string place = pointer_to("/content/items", name);
    const auto items = configuration_.items.find(selection.from);
    if (items == configuration_.items.end()) return;  // model::check says so
    std::vector<std::string> columns;
    for (const model::ItemColumn& column : items->second.columns) columns.push_back(column.name);
    check_columns(selection, columns, place);
    content_.selections.emplace(name, Selection(selection, items->second));
    columns_.emplace(name, std::move(columns));
  }

  void check_columns(const model::ItemSelection& selection, const std::vector<std::string>& columns,
                     const std::string& place) {
    std::vector<std::pair<std::string, std::string>> names;
    collect_columns(selection.where.written, pointer_to(place, "where"), names);
    for (const auto& [member, rules] :
         {std::pair("match", &selection.match), std::pair("exclude", &selection.exclude)}) {
      for (std::size_t i = 0; i < rules->size(); ++i) {
        const std::string rule = pointer_to(pointer_to(place, member), i);
        if ((*rules)[i].column.empty()) {
          collect_columns((*rules)[i].condition.written, pointer_to(rule, "if"), names);
        } else {
          names.emplace_back((*rules)[i].column, pointer_to(rule, "column"));
        }
      }
    }
    if (!selection.order_by.empty()) names.emplace_back(selection.order_by, pointer_to(place, "order"));
    for (const auto& [name, pointer] : names) {
      if (std::ranges::find(columns, name) != columns.end()) continue;
      const auto nearest = nearest_name(name, columns);
      problem(pointer, "the items '" + selection.from + "' have no column '" + name + "'",
              nearest ? "did you mean '" + *nearest + "'?" : "");
    }
  }

  void add_block(const std::string& name, const model::TextBlock& block) {
    CompiledBlock compiled;
    const std::string place = pointer_to("/content/blocks", name);
    const auto add = [&](std::size_t at, const model::Condition* condition, const std::string& text) {
      const std::string pointer = pointer_to(pointer_to(place, at), "text");
      Result<Template> made = Template::compile(text, declared_.target, block_words_, Piece::Block);
      if (!made) return problem(pointer, made.error().message, made.error().hint);
      note(*made, pointer);
      compiled.cases.push_back({condition, std::move(*made)});
    };
    for (std::size_t i = 0; i < block.cases.size(); ++i)
      add(i, block.cases[i].condition.compiled.get(), block.cases[i].text);
    if (!block.otherwise.empty()) add(block.cases.size(), nullptr, block.otherwise);
    content_.blocks.emplace(name, std::move(compiled));
  }

  void add_variant(std::size_t at) {
    const model::FlagVariant& variant = flag_.variants[at];
    const std::string pointer = pointer_to("/variants", variant.key);
    Result<Template> made = Template::compile(*variant.value.if_text(), declared_.target, words_);
    if (!made) return problem(pointer, made.error().message, made.error().hint);
    note(*made, pointer);
    for (const auto& [other, shown] : content_.variants) {
      const bool is_other_text =
          flag_.variants[other].value != variant.value;  // equal ones are warned of already
      if (is_other_text && shown.canonical() == made->canonical())
        warning(pointer, "it shows what '" + flag_.variants[other].key + "' shows",
                "nobody can tell them apart");
    }
    content_.variants.emplace(at, std::move(*made));
  }

  void note(const Template& made, const std::string& pointer) {
    shown_.insert(made.shown().begin(), made.shown().end());
    for (const std::string& name : made.unguarded())
      warning(pointer, "nothing stands in for {{" + name + "}} where it is missing",
              "add it to content.defaults, or put it into a section: {{#" + name + "}}...{{/" + name + "}}");
  }

  void check_defaults() {
    const std::vector<std::string> names(shown_.begin(), shown_.end());
    for (const auto& [name, value] : declared_.defaults) {
      if (shown_.contains(name)) continue;
      const auto nearest = nearest_name(name, names);
      problem(pointer_to("/content/defaults", name), "no variant shows {{" + name + "}}",
              nearest ? "did you mean '" + *nearest + "'?" : "remove it");
    }
  }

  /// What is shown to somebody of whom nothing is known.
  void check_values() {
    const Viewer nobody;
    for (std::size_t i = 0; i < flag_.variants.size(); ++i) {
      Result<Rendering> shown = rendered(content_, i, nobody);
      const std::string pointer = pointer_to("/variants", flag_.variants[i].key);
      if (!shown) {
        problem(pointer, "where nothing is known of a user, " + shown.error().message,
                "add defaults, or mend the template");
      } else if (shown->is_cut) {
        warning(pointer, "it is longer than content.max_bytes, and is cut");
      }
      if (i == flag_.fallback && shown) content_.safe = std::move(shown->value);
    }
  }

  const model::Configuration& configuration_;
  const model::Flag& flag_;
  const model::Content& declared_;
  Findings& findings_;
  std::string subject_;
  FlagContent content_;
  Vocabulary words_;
  Vocabulary block_words_;
  std::map<std::string, std::vector<std::string>, std::less<>> columns_;
  std::set<std::string, std::less<>> shown_;
};

bool has_only_texts(const model::Flag& flag) {
  return std::ranges::all_of(
      flag.variants, [](const model::FlagVariant& variant) { return variant.value.if_text() != nullptr; });
}

}  // namespace

struct Contents::Impl {
  struct Place {
    const FlagContent* content = nullptr;
    std::size_t variant = 0;
  };
  std::map<std::string_view, FlagContent> flags;
  std::unordered_map<const Value*, Place> places;
};

Contents::Contents(const model::Configuration& configuration, Findings* findings) {
  auto impl = std::make_unique<Impl>();
  Findings ignored;
  for (const auto& [key, flag] : configuration.flags) {
    if (flag.content == nullptr || !has_only_texts(flag)) continue;
    FlagContent compiled = FlagCompiler(configuration, flag, findings != nullptr ? *findings : ignored).run();
    const FlagContent& content = impl->flags.emplace(key, std::move(compiled)).first->second;
    for (std::size_t i = 0; i < flag.variants.size(); ++i)
      impl->places.emplace(&flag.variants[i].value, Impl::Place{&content, i});
  }
  impl_ = std::move(impl);
}

Contents::Contents(Contents&&) noexcept = default;
Contents& Contents::operator=(Contents&&) noexcept = default;
Contents::~Contents() = default;

std::optional<Rendering> Contents::render(const Value* value, const Viewer& viewer) const {
  if (impl_->places.empty()) return std::nullopt;
  const auto place = impl_->places.find(value);
  if (place == impl_->places.end()) return std::nullopt;
  const FlagContent& content = *place->second.content;
  const model::Flag& flag = *content.flag;
  Result<Rendering> first = rendered(content, place->second.variant, viewer);
  if (first) return *std::move(first);
  const std::string failure = "the content of the variant '" + flag.variants[place->second.variant].key +
                              "' is of no use: " + first.error().message;
  Result<Rendering> second = rendered(content, flag.fallback, viewer);
  if (!second) second = Rendering{content.safe, flag.variants[flag.fallback].key, {}, false};
  second->failure = failure;
  return *std::move(second);
}

Findings check_contents(const model::Configuration& configuration) {
  Findings findings;
  const Contents compiled(configuration, &findings);
  return findings;
}

model::Checked check_documents(const std::vector<model::Document>& documents) {
  model::Checked checked = model::check(documents);
  if (!checked.problems.empty()) return checked;
  Findings findings = check_contents(checked.configuration);
  checked.problems = std::move(findings.problems);
  checked.warnings.insert(checked.warnings.end(), std::make_move_iterator(findings.warnings.begin()),
                          std::make_move_iterator(findings.warnings.end()));
  return checked;
}

}  // namespace splitplot::content
