/// Values with the lines that they stand in, as the readers of YAML and JSON give them.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/document.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

struct LocatedValue {
  Value value;
  std::map<std::string, int> lines;  ///< of each pointer; of a member, the line of its name
};

/// Lines of everything in a JSON text that was read without a problem (and without duplicate names) as `value`.
[[nodiscard]] std::map<std::string, int> json_lines(std::string_view text, const Value& value);

/// The documents of a YAML stream that could be read, and what is wrong with it. `name` is the file's, for places.
struct YamlStream {
  std::vector<LocatedValue> documents;
  std::vector<Problem> problems;
};
[[nodiscard]] YamlStream read_yaml(std::string_view name, std::string_view text);

/// "flags.yaml:12"
[[nodiscard]] std::string place_of(std::string_view name, int line);

}  // namespace splitplot::model
