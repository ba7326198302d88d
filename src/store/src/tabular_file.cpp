#include <splitplot/base/spelling.hpp>
#include <splitplot/store/tabular_file.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::store {
namespace {

constexpr std::size_t kColumnsInHint = 12;

}  // namespace

const Column* TabularFile::find(std::string_view name) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> TabularFile::column_names() const {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

Result<std::size_t> find_column(std::string_view path, std::span<const std::string> names,
                                std::string_view name) {
  const auto exact = std::ranges::find(names, name);
  if (const auto times = std::ranges::count(names, name); times > 1) {
    return fail(ErrorCode::BadData,
                fmt::format("'{}' stands {} in the header of '{}'", name,
                            times == 2 ? "twice" : fmt::format("{} times", times), path),
                "give each column a name of its own");
  }
  if (exact != names.end()) return static_cast<std::size_t>(exact - names.begin());
  std::vector<std::size_t> alike;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (equal_ignoring_case(names[i], name)) alike.push_back(i);
  }
  if (alike.size() == 1) return alike.front();
  const auto near = nearest_name(name, names);
  const auto shown = names.first(std::min(names.size(), kColumnsInHint));
  return fail(
      ErrorCode::NotFound, fmt::format("'{}' has no column '{}'", path, name),
      fmt::format(
          "{}its columns are {}{}", near ? fmt::format("did you mean '{}'? ", *near) : "",
          fmt::join(shown, ", "),
          names.size() > shown.size() ? fmt::format(" and {} more", names.size() - shown.size()) : ""));
}

}  // namespace splitplot::store
