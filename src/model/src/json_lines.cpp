#include "located_value.hpp"

#include <splitplot/model/pointer.hpp>

#include <cstddef>

namespace splitplot::model {
namespace {

/// Walks the text beside its value. The text is known to be JSON, so that only brackets, texts and line ends matter.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  void visit(const Value& value, const std::string& pointer, int line) {
    lines_.emplace(pointer, line);
    if (const Value::Array* elements = value.if_array()) {
      ++at_;
      for (std::size_t i = 0; i < elements->size(); ++i) {
        const int element_line = skip_to_value();
        visit((*elements)[i], pointer_to(pointer, i), element_line);
      }
      skip_past(']');
    } else if (const Value::Object* members = value.if_object()) {
      ++at_;
      for (const Member& member : *members) {
        const int name_line = skip_to_value();
        skip_text();
        skip_past(':');
        skip_to_value();
        visit(member.value, pointer_to(pointer, member.name), name_line);
      }
      skip_past('}');
    } else if (value.if_text() != nullptr) {
      skip_text();
    } else {
      at_ = text_.find_first_of(",]} \t\r\n", at_);
    }
  }

  /// Line of what comes next, behind blanks and a comma.
  int skip_to_value() {
    while (std::string_view(" \t\r\n,").find(text_[at_]) != std::string_view::npos) step();
    return line_;
  }

  [[nodiscard]] std::map<std::string, int> take() { return std::move(lines_); }

 private:
  void step() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }

  void skip_past(char character) {
    while (text_[at_] != character) step();
    ++at_;
  }

  void skip_text() {
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::map<std::string, int> lines_;
};

}  // namespace

std::map<std::string, int> json_lines(std::string_view text, const Value& value) {
  Walk walk(text);
  const int line = walk.skip_to_value();
  walk.visit(value, "", line);
  return walk.take();
}

}  // namespace splitplot::model
