/// YAML in three steps: yaml-cpp's events become a tree with lines; the tree is checked while it grows; then it is
/// copied into a Value, aliases written out, up to a number of nodes that no honest document has.
#include "located_value.hpp"
#include "text_place.hpp"
#include "yaml_scalar.hpp"

#include <splitplot/model/json.hpp>
#include <splitplot/model/pointer.hpp>

#include <exception>
#include <map>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostBytes = 4'000'000;
constexpr JsonLimits kLimits;  // a document may hold the same whichever way it is written

struct TreeNode;

struct Entry {
  std::string name;  ///< of a map's member
  int line = 0;
  std::size_t node = 0;
};

struct TreeNode {
  enum class Form { Scalar, List, Map, Alias };
  Form form = Form::Scalar;
  int line = 0;
  Value scalar{};
  std::vector<Entry> entries{};  ///< of a list or map
  std::size_t target = 0;        ///< node that an alias stands for
};

/// Thrown through yaml-cpp to leave a text that is not worth reading on.
struct GivenUp : std::exception {};

constexpr std::size_t kMostProblems = 100;
constexpr const char* kFlatter = "write it flatter";

std::string too_deep() {
  return "lists and objects are nested more than " + std::to_string(kLimits.depth) + " deep";
}

/// Builds the tree of one document and notes what documents of ours may not have.
class Tree : public YAML::EventHandler {
 public:
  Tree(std::string_view name, std::vector<Problem>& problems, int& last_start)
      : name_(name), problems_(problems), last_start_(last_start) {}

  [[nodiscard]] const std::vector<TreeNode>& nodes() const { return nodes_; }

  // At a bracket that closes nothing, yaml-cpp 0.7 finds empty documents for ever.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == last_start_) {
      complain(mark,
               "this is not YAML at column " + std::to_string(mark.column + 1) +
                   ": something ends that never began",
               "look at the brackets and the indentation");
      throw GivenUp();
    }
    last_start_ = mark.pos;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_name()) {
      complain(mark, "a name is missing or null", "put quotes around it if it is text");
      take_name("", mark);
      return;
    }
    remember(anchor, add({.form = TreeNode::Form::Scalar, .line = line_of(mark)}));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_name()) {
      complain(mark, "a name must be written out, not be an alias");
      take_name("", mark);
      return;
    }
    add({.form = TreeNode::Form::Alias, .line = line_of(mark), .target = anchors_.at(anchor)});
  }

  // The tag of an unquoted word is "?", of a quoted one "!", unless one was written.
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check_tag(mark, tag, {"?", "!", "tag:yaml.org,2002:str"});
    if (expects_name()) {
      if (tag == "?" && text == "<<")
        complain(mark, "merge keys (<<) are not part of YAML 1.2", "write the members out");
      take_name(text, mark);
      return;
    }
    TreeNode node{.form = TreeNode::Form::Scalar, .line = line_of(mark)};
    if (tag == "?") {
      Result<Value> resolved = resolve_plain(text);
      if (resolved) {
        node.scalar = std::move(*resolved);
      } else {
        complain(mark, resolved.error().message, resolved.error().hint);
      }
    } else {
      node.scalar = text;
    }
    remember(anchor, add(std::move(node)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    begin(TreeNode::Form::List, mark, tag, anchor);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    begin(TreeNode::Form::Map, mark, tag, anchor);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  /// A list or map that is not closed yet.
  struct Open {
    std::size_t node = 0;
    bool has_name = false;  ///< of a member whose value comes next
    std::string name;
    int name_line = 0;
    std::unordered_map<std::string, int> names;
  };

  static int line_of(const YAML::Mark& mark) { return mark.line + 1; }

  /// The same about the same line once.
  void complain(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    if (!problems_.empty() && problems_.back().message == message &&
        problems_.back().place == place_of(name_, line_of(mark)))
      return;
    problems_.push_back({.place = place_of(name_, line_of(mark)),
                         .subject = {},
                         .pointer = {},
                         .message = std::move(message),
                         .hint = std::move(hint)});
    if (problems_.size() >= kMostProblems) throw GivenUp();
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag,
                 std::initializer_list<std::string_view> allowed) {
    for (const std::string_view known : allowed) {
      if (tag == known) return;
    }
    complain(mark, "the tag '" + tag + "' is not allowed", "remove it");
  }

  bool expects_name() const {
    return !open_.empty() && nodes_[open_.back().node].form == TreeNode::Form::Map && !open_.back().has_name;
  }

  void take_name(const std::string& name, const YAML::Mark& mark) {
    Open& map = open_.back();
    map.has_name = true;
    map.name = name;
    map.name_line = line_of(mark);
    const auto [earlier, is_new] = map.names.emplace(name, map.name_line);
    if (!is_new)
      complain(mark,
               "the name '" + name + "' is there twice, first in line " + std::to_string(earlier->second),
               "remove one of them");
  }

  std::size_t add(TreeNode node) {
    const std::size_t index = nodes_.size();
    if (!open_.empty()) {
      Open& parent = open_.back();
      TreeNode& container = nodes_[parent.node];
      const bool is_map = container.form == TreeNode::Form::Map;
      container.entries.push_back({.name = std::exchange(parent.name, {}),
                                   .line = is_map ? parent.name_line : node.line,
                                   .node = index});
      parent.has_name = false;
    }
    nodes_.push_back(std::move(node));
    return index;
  }

  void begin(TreeNode::Form form, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(mark, tag, {"?", "!", ""});
    if (open_.size() >= kLimits.depth) {
      complain(mark, too_deep(), kFlatter);
      throw GivenUp();
    }
    TreeNode node{.form = form, .line = line_of(mark)};
    std::size_t index = nodes_.size();
    if (expects_name()) {  // it is read to its end, and stands nowhere
      complain(mark, "a name must be text, not a list or object");
      take_name("", mark);
      nodes_.push_back(std::move(node));
    } else {
      index = add(std::move(node));
    }
    remember(anchor, index);
    open_.push_back({.node = index, .has_name = false, .name = {}, .name_line = 0, .names = {}});
  }

  void remember(YAML::anchor_t anchor, std::size_t node) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  }

  std::string_view name_;
  std::vector<Problem>& problems_;
  int& last_start_;  ///< where the document before this one began
  std::vector<TreeNode> nodes_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::size_t> anchors_;
};

struct LimitHit {
  std::string message;
  std::string hint;
};

/// Copies a tree into a value. `limit_hit` says why it stopped, if it did.
class Copy {
 public:
  explicit Copy(const std::vector<TreeNode>& nodes, std::size_t& members_left)
      : nodes_(nodes), members_left_(members_left) {}

  Value copy(std::size_t index, const std::string& pointer, int line, std::size_t depth) {
    const TreeNode& node = nodes_[index];
    if (node.form == TreeNode::Form::Alias) return copy(node.target, pointer, line, depth + 1);
    lines_.emplace(pointer, line);
    if (node.form == TreeNode::Form::Scalar) return node.scalar;
    if (depth >= kLimits.depth) {
      limit_hit_ = {too_deep(), kFlatter};
      return {};
    }
    Value::Array elements;
    Value::Object members;
    for (std::size_t i = 0; i < node.entries.size() && !limit_hit_; ++i) {
      const Entry& entry = node.entries[i];
      if (members_left_ == 0) {
        limit_hit_ = {"there are more than " + std::to_string(kLimits.members) + " members and list elements",
                      "split the text into several files; aliases count as what they stand for"};
        return {};
      }
      --members_left_;
      if (node.form == TreeNode::Form::List) {
        elements.push_back(copy(entry.node, pointer_to(pointer, i), entry.line, depth + 1));
      } else {
        members.push_back(
            {entry.name, copy(entry.node, pointer_to(pointer, entry.name), entry.line, depth + 1)});
      }
    }
    if (node.form == TreeNode::Form::List) return elements;
    return members;
  }

  [[nodiscard]] const std::optional<LimitHit>& limit_hit() const { return limit_hit_; }
  [[nodiscard]] std::map<std::string, int> take_lines() { return std::move(lines_); }

 private:
  const std::vector<TreeNode>& nodes_;
  std::size_t& members_left_;
  std::optional<LimitHit> limit_hit_;
  std::map<std::string, int> lines_;
};

Problem text_problem(std::string_view name, int line, std::string message, std::string hint = {}) {
  return {.place = place_of(name, line),
          .subject = {},
          .pointer = {},
          .message = std::move(message),
          .hint = std::move(hint)};
}

/// What yaml-cpp must not see: it would take other encodings for their content, and one control character for the end.
std::vector<Problem> check_characters(std::string_view name, std::string_view text) {
  if (text.size() > kMostBytes)
    return {text_problem(name, 1, "the text has more than " + std::to_string(kMostBytes) + " bytes",
                         "split it into several files")};
  const std::size_t invalid = find_invalid_utf8(text);
  if (invalid != std::string_view::npos)
    return {text_problem(name, place_at(text, invalid).line, "there are bytes that are not UTF-8",
                         "save the text as UTF-8")};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t')
      return {text_problem(name, place_at(text, i).line, "there is a control character",
                           "write it as an escape inside double quotes: \"\\x1b\"")};
  }
  return {};
}

void read_all(std::string_view name, std::string_view text, YamlStream& stream) {
  std::istringstream input{std::string(text)};
  YAML::Parser parser(input);
  std::size_t members_left = kLimits.members;
  int last_start = -1;
  while (true) {
    Tree tree(name, stream.problems, last_start);
    if (!parser.HandleNextDocument(tree)) return;
    if (tree.nodes().empty()) continue;
    const int line = tree.nodes().front().line;
    Copy copy(tree.nodes(), members_left);
    Value value = copy.copy(0, "", line, 0);
    if (const auto& hit = copy.limit_hit()) {
      stream.problems.push_back(text_problem(name, line, hit->message, hit->hint));
      return;
    }
    stream.documents.push_back({std::move(value), copy.take_lines()});
  }
}

}  // namespace

YamlStream read_yaml(std::string_view name, std::string_view text) {
  YamlStream stream{.documents = {}, .problems = check_characters(name, text)};
  if (!stream.problems.empty()) return stream;
  try {
    read_all(name, text, stream);
  } catch (const GivenUp&) {
    return stream;  // it said why
  } catch (const YAML::Exception& thrown) {
    const std::string column =
        thrown.mark.is_null() ? "" : " at column " + std::to_string(thrown.mark.column + 1);
    stream.problems.push_back(text_problem(name, thrown.mark.is_null() ? 1 : thrown.mark.line + 1,
                                           "this is not YAML" + column + ": " + thrown.msg,
                                           "look at the indentation, and at quotes that are missing"));
  } catch (const std::exception& thrown) {
    stream.problems.push_back(text_problem(name, 1, std::string("this is not YAML: ") + thrown.what()));
  }
  return stream;
}

}  // namespace splitplot::model
