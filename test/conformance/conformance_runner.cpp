// conformance_runner FILE: answers the cases of a file of GrowthBook's schema (cases.json), prints each that fails, and
// closes with "N passed, N failed". Exits with 0 if none failed.
#include "growthbook_sections.hpp"

#include <splitplot/model/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace {

using namespace splitplot;

struct Tally {
  int passed = 0;
  int failed = 0;
};

void run(const std::string& section, const Value::Array& cases, const conformance::CaseCheck& check,
         Tally& tally) {
  for (const Value& one : cases) {
    const std::string wrong = one.if_array() == nullptr ? "the case is no list" : check(*one.if_array());
    if (wrong.empty()) {
      ++tally.passed;
    } else {
      ++tally.failed;
      std::cout << section << ": " << wrong << "\n  " << model::to_json(one) << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: conformance_runner FILE\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Result<Value> cases = model::parse_json(text);
  if (!file || !cases || cases->if_object() == nullptr) {
    std::cerr << argv[1] << ": " << (file ? "it is no JSON object" : "it cannot be read") << '\n';
    return 2;
  }
  Tally tally;
  for (const Member& section : *cases->if_object()) {
    const Value::Array* elements = section.value.if_array();
    if (elements == nullptr) continue;
    const auto check = conformance::sections().find(section.name);
    if (check == conformance::sections().end()) {
      std::cout << section.name << ": there is no such section here\n";
      tally.failed += static_cast<int>(elements->size());
    } else {
      run(section.name, *elements, check->second, tally);
    }
  }
  std::cout << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
