// Two segments x two metrics: which tests, and which segments, can be shown?
#include <splitplot/stats/many/hierarchical_fdr.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<PlacedTest> tests{{0, 0, 0, 0.001}, {0, 1, 0, 0.02}, {1, 0, 0, 0.3}, {1, 1, 0, 0.8}};
  const HierarchicalFdr result = hierarchical_fdr(tests, FamilyBy::Segment, 0.05);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    std::printf("segment %zu, metric %zu: adjusted p = %.3f%s\n", tests[i].segment, tests[i].metric,
                result.adjusted_p_values[i], result.rejected[i] ? ", rejected" : "");
  }
}
