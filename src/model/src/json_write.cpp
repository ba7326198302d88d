#include <splitplot/model/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

namespace splitplot::model {
namespace {

void append_text(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, copied, i - copied);
    copied = i + 1;
    out += '\\';
    switch (byte) {
      case '"':
      case '\\':
        out += text[i];
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      default:
        out += "u00";
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xFU];
    }
  }
  out.append(text, copied);
  out += '"';
}

void append_integer(std::string& out, std::int64_t integer) {
  char digits[24];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), integer).ptr);
}

void append_float(std::string& out, double number) {
  if (!std::isfinite(number)) {  // JSON has no word for it, and no reader of ours lets one in
    out += "null";
    return;
  }
  char digits[32];
  const std::string_view written(digits,
                                 std::to_chars(std::begin(digits), std::end(digits), number).ptr - digits);
  out += written;
  if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
}

enum class Layout { Compact, Canonical, Pretty };

class Writer {
 public:
  Writer(std::string& out, Layout layout) : out_(out), layout_(layout) {}

  void write(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::Null:
        out_ += "null";
        break;
      case Value::Kind::Boolean:
        out_ += *value.if_boolean() ? "true" : "false";
        break;
      case Value::Kind::Integer:
        append_integer(out_, *value.if_integer());
        break;
      case Value::Kind::Float:
        // 0.0 and -0.0 are equal, so they share a canonical spelling.
        append_float(out_, layout_ == Layout::Canonical ? *value.if_float() + 0.0 : *value.if_float());
        break;
      case Value::Kind::Text:
        append_text(out_, *value.if_text());
        break;
      case Value::Kind::Array:
        write_array(*value.if_array());
        break;
      case Value::Kind::Object:
        write_object(*value.if_object());
        break;
    }
  }

 private:
  void write_array(const Value::Array& elements) {
    begin('[');
    for (const Value& element : elements) {
      next(&element == elements.data());
      write(element);
    }
    end(']', elements.empty());
  }

  void write_object(const Value::Object& members) {
    begin('{');
    if (layout_ == Layout::Canonical) {
      std::vector<const Member*> sorted;
      sorted.reserve(members.size());
      for (const Member& member : members) sorted.push_back(&member);
      std::ranges::sort(sorted, {}, [](const Member* member) -> const std::string& { return member->name; });
      for (const Member* member : sorted) write_member(*member, member == sorted.front());
    } else {
      for (const Member& member : members) write_member(member, &member == members.data());
    }
    end('}', members.empty());
  }

  void write_member(const Member& member, bool is_first) {
    next(is_first);
    append_text(out_, member.name);
    out_ += layout_ == Layout::Pretty ? ": " : ":";
    write(member.value);
  }

  void begin(char bracket) {
    out_ += bracket;
    ++depth_;
  }
  void next(bool is_first) {
    if (!is_first) out_ += ',';
    new_line();
  }
  void end(char bracket, bool is_empty) {
    --depth_;
    if (!is_empty) new_line();
    out_ += bracket;
  }
  void new_line() {
    if (layout_ != Layout::Pretty) return;
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
  }

  std::string& out_;
  Layout layout_;
  std::size_t depth_ = 0;
};

std::string written(const Value& value, Layout layout) {
  std::string out;
  Writer(out, layout).write(value);
  return out;
}

}  // namespace

void append_json(std::string& out, const Value& value) {
  Writer(out, Layout::Compact).write(value);
}

std::string to_json(const Value& value) {
  return written(value, Layout::Compact);
}

std::string canonical_json(const Value& value) {
  return written(value, Layout::Canonical);
}

std::string pretty_json(const Value& value) {
  return written(value, Layout::Pretty);
}

}  // namespace splitplot::model
