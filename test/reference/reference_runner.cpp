// Works out reference cases with `stats` and prints the results as JSON: {case id: {key: value}}.
//
//   reference_runner CASES.json [--data DIR]
//
// Standard error lists what was skipped, and why. The exit code is 0 where every case of a known topic and method was worked out.
#include "topics.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>

namespace {

namespace json = boost::json;
using splitplot::reference::Answer;
using splitplot::reference::ReferenceCase;
using splitplot::reference::Topic;
using splitplot::reference::Unanswered;

constexpr int kUsageError = 2;

std::optional<Answer> answer_of(std::string_view topic) {
  const auto known = splitplot::reference::topics();
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const Topic& item) { return item.name == topic; });
  return found == known.end() ? std::nullopt : std::optional(found->answer);
}

struct Run {
  json::object results;
  std::map<std::string, int> skipped_topics;
  int skipped = 0;
  int failed = 0;
};

void work_out(const ReferenceCase& reference_case, Run& run) {
  const auto answer = answer_of(reference_case.topic());
  if (!answer) {
    ++run.skipped_topics[reference_case.topic()];
    return;
  }
  try {
    run.results[reference_case.id()] = (*answer)(reference_case);
  } catch (const Unanswered& why) {
    ++run.skipped;
    std::cerr << "SKIPPED " << reference_case.id() << ": " << why.what() << '\n';
  } catch (const std::exception& error) {
    ++run.failed;
    std::cerr << "FAILED " << reference_case.id() << ": " << error.what() << '\n';
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + argument_count);
  const bool with_data = words.size() == 3 && words[1] == "--data";
  if (words.size() != 1 && !with_data) {
    std::cerr << "usage: reference_runner CASES.json [--data DIR]\n";
    return kUsageError;
  }
  std::ifstream stream(words[0]);
  if (!stream) {
    std::cerr << "cannot read " << words[0] << '\n';
    return kUsageError;
  }
  const json::value file = json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
  const std::size_t slash = words[0].rfind('/');
  const std::string folder = slash == std::string::npos ? "." : words[0].substr(0, slash);

  Run run;
  for (const json::value& content : file.at("cases").as_array()) {
    work_out(ReferenceCase(content.as_object(), folder, with_data ? words[2] : ""), run);
  }
  for (const auto& [topic, cases] : run.skipped_topics) {
    std::cerr << "SKIPPED topic " << topic << ": " << cases << (cases == 1 ? " case" : " cases") << '\n';
  }
  std::cerr << run.results.size() << " worked out, " << run.skipped << " skipped, " << run.failed
            << " failed\n";
  std::cout << json::serialize(run.results) << '\n';
  return run.failed == 0 ? 0 : 1;
}
