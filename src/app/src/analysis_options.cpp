#include "analysis_options.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

Result<char> one_character(const std::string& text, std::string_view option) {
  if (text == "\\t" || text == "tab") return '\t';
  if (text.size() == 1) return text[0];
  return fail(ErrorCode::InvalidArgument, fmt::format("{} takes one character, not '{}'", option, text),
              "for a tab, write tab");
}

/// "A=50,B=50" and repeated options to one text per variant. A part without '=' belongs to the next: names may hold commas.
std::vector<std::string> weight_pairs(const std::vector<std::string>& options) {
  std::vector<std::string> pairs;
  for (const std::string& option : options) {
    std::string pair;
    for (std::size_t begin = 0; begin <= option.size();) {
      const std::size_t comma = std::min(option.find(',', begin), option.size());
      pair += (pair.empty() ? "" : ",") + option.substr(begin, comma - begin);
      begin = comma + 1;
      if (pair.find('=') == std::string::npos && begin <= option.size()) continue;
      pairs.push_back(std::move(pair));
      pair.clear();
    }
  }
  return pairs;
}

Result<void> read_pairs(AnalysisOptions& options) {
  for (const std::string& text : options.kinds) {
    auto pair = name_and_value(text, "--kind");
    if (!pair) return tl::unexpected(pair.error());
    if (pair->second == "proportion") {
      options.request.kinds[pair->first] = experiment::MetricKind::Proportion;
    } else if (pair->second == "mean") {
      options.request.kinds[pair->first] = experiment::MetricKind::Mean;
    } else {
      return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no kind of metric", pair->second),
                  "there are proportion and mean");
    }
  }
  for (const std::string& text : weight_pairs(options.weights)) {
    auto pair = name_and_value(text, "--weights");
    if (!pair) return tl::unexpected(pair.error());
    double weight = 0;
    const char* end = pair->second.data() + pair->second.size();
    const auto parsed = std::from_chars(pair->second.data(), end, weight);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      return fail(ErrorCode::InvalidArgument, fmt::format("the weight of '{}' is '{}', which is not a number",
                                                          pair->first, pair->second));
    }
    options.request.weights[pair->first] = weight;
  }
  return {};
}

}  // namespace

Result<void> read_options(AnalysisOptions& options) {
  experiment::AnalysisRequest& request = options.request;
  if (!options.delimiter.empty()) {
    auto character = one_character(options.delimiter, "--delimiter");
    if (!character) return tl::unexpected(character.error());
    request.read_options.delimiter = *character;
  }
  if (!options.decimal.empty()) {
    auto character = one_character(options.decimal, "--decimal");
    if (!character) return tl::unexpected(character.error());
    if (*character != '.' && *character != ',') {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("--decimal is . or , and not '{}'", options.decimal));
    }
    request.read_options.decimal_separator = *character;
  }
  if (!options.time.empty()) {
    const auto comma = options.time.find(',');
    request.time_column = options.time.substr(0, comma);
    if (comma != std::string::npos) request.event_time_column = options.time.substr(comma + 1);
  }
  if (auto read = read_statistics(options.statistics, request); !read) return read;
  return read_pairs(options);
}

}  // namespace splitplot::app
