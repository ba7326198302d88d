#include "node.hpp"
#include "position.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/content/template.hpp>
#include <splitplot/model/json.hpp>

#include <span>
#include <utility>

namespace splitplot::content {
namespace {

using Node = Template::Node;

/// Lists inside of lists can be made to take for ever.
constexpr std::size_t kMostSteps = 100'000;

/// The element that a section stands at.
struct Frame {
  const Value* element = nullptr;
  std::size_t index = 0;
  std::size_t count = 1;
};

const Value* followed(const Value* value, std::span<const std::string> path) {
  for (const std::string& member : path) {
    if (value == nullptr) return nullptr;
    value = value->find(member);
  }
  return value;
}

/// Whether a section about it is shown: as JavaScript says, and not for an empty list.
bool is_true(const Value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (const bool* truth = value->if_boolean()) return *truth;
  if (const auto number = value->number()) return *number != 0;
  if (const std::string* text = value->if_text()) return !text->empty();
  const Value::Array* elements = value->if_array();
  return elements == nullptr || !elements->empty();
}

/// Whether there is nothing to show: then the default is.
bool is_nothing(const Value* value) {
  if (value == nullptr || value->is_null() || value->if_object() != nullptr) return true;
  if (const std::string* text = value->if_text()) return text->empty();
  const Value::Array* elements = value->if_array();
  return elements != nullptr && elements->empty();
}

void append_value(std::string& out, const Value& value, Escaping escaping) {
  if (const std::string* text = value.if_text()) {
    append_escaped(out, *text, escaping);
  } else if (const bool* truth = value.if_boolean()) {
    append_escaped(out, *truth ? "true" : "false", escaping);
  } else if (const std::int64_t* integer = value.if_integer()) {
    append_escaped(out, std::to_string(*integer), escaping);
  } else if (const double* number = value.if_float()) {
    append_escaped(out, ScriptNumber(*number).view(), escaping);
  } else if (const Value::Array* elements = value.if_array()) {
    bool is_first = true;
    for (const Value& element : *elements) {
      if (is_nothing(&element) || element.if_array() != nullptr) continue;
      if (!std::exchange(is_first, false)) append_escaped(out, ", ", escaping);
      append_value(out, element, escaping);
    }
  }
}

/// By itself in JSON: what it is, with quotes around a text.
void append_json_value(std::string& out, const Value* value) {
  if (value == nullptr) {
    out += "null";
  } else if (const std::string* text = value->if_text()) {
    out += '"';
    append_escaped(out, *text, Escaping::JsonString);
    out += '"';
  } else {
    model::append_json(out, *value);
  }
}

}  // namespace

/// Writes one text.
class Renderer {
 public:
  Renderer(Surroundings& surroundings, std::size_t most_bytes)
      : surroundings_(surroundings), most_bytes_(most_bytes) {}

  RenderedText run(const Template& root) {
    write(root.nodes_, 0, root.nodes_.size());
    const bool is_cut = is_full_ || text_.size() > most_bytes_;
    if (is_cut) text_.resize(safe_length(text_, std::min(most_bytes_, text_.size()), root.target_));
    return {std::move(text_), is_cut};
  }

 private:
  void write(const std::vector<Node>& nodes, std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < end && !is_full_;) {
      const Node& node = nodes[at];
      is_full_ = ++steps_ > kMostSteps || text_.size() > most_bytes_;
      switch (node.kind) {
        case Node::Kind::Literal:
          text_ += node.text;
          ++at;
          break;
        case Node::Kind::Variable:
          write_variable(node);
          ++at;
          break;
        case Node::Kind::Section:
          write_section(nodes, at);
          at = node.end;
          break;
        case Node::Kind::Inverted:
          if (!is_shown(node)) write(nodes, at + 1, node.end);
          at = node.end;
          break;
      }
    }
  }

  const Value* value_of(const Node& node) {
    switch (node.source) {
      case Node::Source::User:
        return followed(surroundings_.user().find(node.attribute), node.path);
      case Node::Source::Context: {
        const Value* context = surroundings_.context();
        if (context == nullptr) return nullptr;
        return followed(context->find(node.attribute.text()), node.path);
      }
      case Node::Source::Element:
        return followed(frames_[node.level].element, node.path);
      default:
        return nullptr;
    }
  }

  bool is_shown(const Node& node) {
    switch (node.source) {
      case Node::Source::First:
        return frames_[node.level].index == 0;
      case Node::Source::Last:
        return frames_[node.level].index + 1 == frames_[node.level].count;
      case Node::Source::Index:
        return true;
      case Node::Source::List:
        return !surroundings_.items(node.text).empty();
      default:
        return is_true(value_of(node));
    }
  }

  void write_variable(const Node& node) {
    if (node.source == Node::Source::Block) {
      if (const Template* block = surroundings_.block(node.text)) {
        std::vector<Frame> outer = std::exchange(frames_, {});
        write(block->nodes_, 0, block->nodes_.size());
        frames_ = std::move(outer);
      }
      return;
    }
    Value position;
    const Value* value = value_of(node);
    if (node.source == Node::Source::Index) {
      position = frames_[node.level].index + 1;
      value = &position;
    } else if (node.source == Node::Source::First || node.source == Node::Source::Last) {
      position = is_shown(node);
      value = &position;
    }
    if (node.fallback && is_nothing(value)) value = &*node.fallback;
    if (node.escaping == Escaping::JsonValue) {
      append_json_value(text_, value);
    } else if (value != nullptr) {
      append_value(text_, *value, node.escaping);
    }
  }

  void write_section(const std::vector<Node>& nodes, std::size_t at) {
    const Node& node = nodes[at];
    if (node.source == Node::Source::List) {
      const std::span<const Value* const> items = surroundings_.items(node.text);
      for (std::size_t i = 0; i < items.size() && !is_full_; ++i)
        write_element(nodes, at, {items[i], i, items.size()});
      return;
    }
    if (!is_shown(node)) return;
    const Value* value = value_of(node);
    const Value::Array* elements = value == nullptr ? nullptr : value->if_array();
    if (elements == nullptr) return write_element(nodes, at, {value, 0, 1});
    for (std::size_t i = 0; i < elements->size() && !is_full_; ++i)
      write_element(nodes, at, {&(*elements)[i], i, elements->size()});
  }

  void write_element(const std::vector<Node>& nodes, std::size_t at, const Frame& frame) {
    is_full_ = is_full_ || ++steps_ > kMostSteps;
    frames_.push_back(frame);
    write(nodes, at + 1, nodes[at].end);
    frames_.pop_back();
  }

  Surroundings& surroundings_;
  std::size_t most_bytes_;
  std::string text_;
  std::vector<Frame> frames_;
  std::size_t steps_ = 0;
  bool is_full_ = false;
};

RenderedText Template::render(Surroundings& surroundings, std::size_t max_bytes) const {
  return Renderer(surroundings, max_bytes).run(*this);
}

}  // namespace splitplot::content
