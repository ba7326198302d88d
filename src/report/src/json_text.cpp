#include "json_text.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace splitplot::report {
namespace {

using boost::json::value;

void indent(std::string& out, int depth) {
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void write(std::string& out, const value& node, int depth);

bool on_one_line(const boost::json::array& items) {
  return std::all_of(items.begin(), items.end(),
                     [](const value& item) { return item.is_number() || item.is_null(); });
}

void write_array(std::string& out, const boost::json::array& items, int depth) {
  const bool flat = on_one_line(items);
  out += '[';
  bool first = true;
  for (const value& item : items) {
    if (!first) out += flat ? ", " : ",";
    first = false;
    if (!flat) indent(out, depth + 1);
    write(out, item, depth + 1);
  }
  if (!flat) indent(out, depth);
  out += ']';
}

void write_object(std::string& out, const boost::json::object& members, int depth) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : members) {
    if (!first) out += ',';
    first = false;
    indent(out, depth + 1);
    out += boost::json::serialize(boost::json::string_view(key));
    out += ": ";
    write(out, member, depth + 1);
  }
  if (!first) indent(out, depth);
  out += '}';
}

void write(std::string& out, const value& node, int depth) {
  switch (node.kind()) {
    case boost::json::kind::array:
      write_array(out, node.get_array(), depth);
      break;
    case boost::json::kind::object:
      write_object(out, node.get_object(), depth);
      break;
    case boost::json::kind::double_:
      out += fmt::format("{}", node.get_double());
      break;
    default:
      out += boost::json::serialize(node);
  }
}

}  // namespace

std::string json_text(const value& document) {
  std::string out;
  write(out, document, 0);
  return out;
}

}  // namespace splitplot::report
