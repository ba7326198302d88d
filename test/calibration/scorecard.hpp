/// The scorecard: what each promise about errors, coverage and power comes to when it is measured. A row that fails stays in the table.
#pragma once

#include "simulation.hpp"

#include <span>
#include <string>
#include <vector>

namespace splitplot::calibration {

/// One measured figure. Beside an error rate stands the power on a stated effect: rejecting nothing is no success.
struct Line {
  std::string id;    ///< the scorecard's, "S1"
  std::string test;  ///< what was simulated
  std::uint64_t experiments = 0;
  std::string target;
  std::string ours;
  std::string beside;  ///< power on a stated effect, share of runs flagged
  std::string peer;    ///< what others reach, and whether it was measured in this run
  bool met = false;
};

/// A row of the scorecard measures one or several figures.
struct Row {
  std::string id;
  std::vector<Line> (*measure)(const Settings&);
};

std::span<const Row> rows();

/// "4.71 %", with three standard errors: "4.71 +- 0.45 %".
std::string percent(double rate);
std::string percent(const Rate& rate);

// rows/*.cpp
std::vector<Line> measure_edges(const Settings& settings);
std::vector<Line> measure_s1(const Settings& settings);
std::vector<Line> measure_s2(const Settings& settings);
std::vector<Line> measure_s3(const Settings& settings);
std::vector<Line> measure_s4(const Settings& settings);
std::vector<Line> measure_s5(const Settings& settings);
std::vector<Line> measure_s6(const Settings& settings);
std::vector<Line> measure_s7(const Settings& settings);
std::vector<Line> measure_s8(const Settings& settings);
std::vector<Line> measure_s9(const Settings& settings);
std::vector<Line> measure_s10(const Settings& settings);
std::vector<Line> measure_s11(const Settings& settings);
std::vector<Line> measure_s12(const Settings& settings);
std::vector<Line> measure_s13(const Settings& settings);
std::vector<Line> measure_s14(const Settings& settings);

}  // namespace splitplot::calibration
