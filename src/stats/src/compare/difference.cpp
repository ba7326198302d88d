#include <splitplot/stats/compare/difference.hpp>

namespace splitplot::stats {
namespace {

/// A method in words for people and in a word for programs.
struct Naming {
  std::string_view name;
  std::string_view code;
};

Naming naming_of(TestMethod method) {
  switch (method) {
    case TestMethod::PooledZ:
      return {"pooled z", "pooled_z"};
    case TestMethod::FisherExact:
      return {"Fisher exact", "fisher_exact"};
    case TestMethod::WelchT:
      return {"Welch t", "welch_t"};
    case TestMethod::AdjustedT:
      return {"covariate-adjusted t", "adjusted_t"};
    case TestMethod::ConfidenceSequence:
      return {"confidence sequence", "confidence_sequence"};
    case TestMethod::StudentT:
      return {"Student t with pooled variance", "student_t"};
    case TestMethod::MeansZ:
      return {"z of two means", "means_z"};
    case TestMethod::PairedT:
      return {"paired t", "paired_t"};
    case TestMethod::DeltaMethodZ:
      return {"delta method z", "delta_method_z"};
    case TestMethod::DeltaMethodT:
      return {"delta method t", "delta_method_t"};
    case TestMethod::Boschloo:
      return {"Boschloo exact", "boschloo"};
    case TestMethod::BarnardPooled:
      return {"Barnard exact (pooled z)", "barnard_pooled"};
    case TestMethod::BarnardUnpooled:
      return {"Barnard exact (unpooled z)", "barnard_unpooled"};
    case TestMethod::UnpooledZ:
      return {"unpooled z", "unpooled_z"};
    case TestMethod::MiettinenNurminen:
      return {"Miettinen-Nurminen score", "miettinen_nurminen"};
  }
  return {"unknown", "unknown"};
}

Naming naming_of(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::Newcombe:
      return {"Newcombe", "newcombe"};
    case IntervalMethod::WelchT:
      return {"Welch t", "welch_t"};
    case IntervalMethod::AdjustedT:
      return {"covariate-adjusted t", "adjusted_t"};
    case IntervalMethod::ConfidenceSequence:
      return {"confidence sequence", "confidence_sequence"};
    case IntervalMethod::StudentT:
      return {"Student t with pooled variance", "student_t"};
    case IntervalMethod::MeansZ:
      return {"z of two means", "means_z"};
    case IntervalMethod::PairedT:
      return {"paired t", "paired_t"};
    case IntervalMethod::DeltaMethodZ:
      return {"delta method z", "delta_method_z"};
    case IntervalMethod::DeltaMethodT:
      return {"delta method t", "delta_method_t"};
    case IntervalMethod::MiettinenNurminen:
      return {"Miettinen-Nurminen score", "miettinen_nurminen"};
  }
  return {"unknown", "unknown"};
}

}  // namespace

std::string_view name_of(TestMethod method) {
  return naming_of(method).name;
}

std::string_view name_of(IntervalMethod method) {
  return naming_of(method).name;
}

std::string_view code_of(TestMethod method) {
  return naming_of(method).code;
}

std::string_view code_of(IntervalMethod method) {
  return naming_of(method).code;
}

}  // namespace splitplot::stats
