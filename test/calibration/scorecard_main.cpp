// Prints the scorecard of the statistics.
//
//   scorecard [--tier quick|short|long] [--seed N] [--row S5]... [--check]
//
// A row that fails is a finding and stays in the table; the exit code is 0 all the same, but with --check it is 1.
#include "scorecard.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

namespace {

using namespace splitplot::calibration;

constexpr int kUsageError = 2;

struct Arguments {
  Settings settings;
  std::vector<std::string> only;
  bool seed_given = false;
  bool check = false;
  bool usable = true;
};

Arguments parse(int count, char** words) {
  Arguments result;
  for (int i = 1; i < count && result.usable; ++i) {
    const std::string word = words[i];
    if (word == "--check") {
      result.check = true;
      continue;
    }
    const char* value = i + 1 < count ? words[++i] : nullptr;
    if (value == nullptr) {
      result.usable = false;
    } else if (word == "--tier") {
      const std::string tier = value;
      result.settings.tier = tier == "quick" ? Tier::Quick : tier == "long" ? Tier::Long : Tier::Short;
      result.usable = tier == "quick" || tier == "short" || tier == "long";
    } else if (word == "--seed") {
      result.settings.seed = std::strtoull(value, nullptr, 10);
      result.seed_given = true;
    } else if (word == "--row") {
      result.only.emplace_back(value);
    } else {
      result.usable = false;
    }
  }
  return result;
}

void print(const Line& line) {
  std::printf("%-4s %-64s %9llu  %-22s %-22s %-9s\n", line.id.c_str(), line.test.c_str(),
              static_cast<unsigned long long>(line.experiments), line.target.c_str(), line.ours.c_str(),
              line.met ? "met" : "NOT MET");
  if (!line.beside.empty()) std::printf("       beside it: %s\n", line.beside.c_str());
  if (!line.peer.empty()) std::printf("       peer: %s\n", line.peer.c_str());
}

}  // namespace

int main(int argument_count, char** argument_words) {
  Arguments arguments = parse(argument_count, argument_words);
  if (!arguments.usable) {
    std::fputs("usage: scorecard [--tier quick|short|long] [--seed N] [--row S5]... [--check]\n", stderr);
    return kUsageError;
  }
  // The long tier is there to see other random numbers than the ones everything was written with.
  if (arguments.settings.tier == Tier::Long && !arguments.seed_given)
    arguments.settings.seed = std::random_device{}();

  std::printf(
      "seed %llu; rates with three standard errors; a rate meets its target within three standard errors of "
      "it\n\n",
      static_cast<unsigned long long>(arguments.settings.seed));
  std::printf("%-4s %-64s %9s  %-22s %-22s %-9s\n", "id", "test", "N", "target", "ours", "verdict");
  int failed = 0;
  int printed = 0;
  for (const Row& row : rows()) {
    bool wanted = arguments.only.empty();
    for (const std::string& id : arguments.only) wanted = wanted || id == row.id;
    if (!wanted) continue;
    const auto start = std::chrono::steady_clock::now();
    for (const Line& line : row.measure(arguments.settings)) {
      print(line);
      ++printed;
      failed += line.met ? 0 : 1;
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "       (%s took %.1f s)\n", row.id.c_str(), taken.count());
    std::fflush(stdout);
  }
  std::printf("\n%d figures, %d met, %d not met\n", printed, printed - failed, failed);
  return arguments.check && failed > 0 ? 1 : 0;
}
