/// The contents of all flags of a configuration: templates, blocks and selections of items, compiled once, rendered behind
/// a decision. Rendering never fails: where the text of a variant is of no use, the flag's default is shown and a reason
/// given. Immutable; any number of threads may render. No I/O.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/document.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::content {

/// For whom. Views; valid while rendering.
struct Viewer {
  model::Attributes user;          ///< what rules see: the context over stored traits
  const Value* context = nullptr;  ///< what the caller sent, an object or null
  const model::SegmentMembership* segments = nullptr;
};

/// What is shown.
struct Rendering {
  Value value;               ///< text, or JSON of a flag that answers JSON
  std::string_view variant;  ///< whose it is: the default's, where that stands in for another
  std::string failure;       ///< why the default stands in, as a clause; empty: all is well
  bool is_cut = false;       ///< it was longer than it may be
};

/// What is wrong with the contents of documents that are right by themselves.
struct Findings {
  std::vector<model::Problem> problems;
  std::vector<model::Problem> warnings;
};

class Contents {
 public:
  /// The configuration must outlive it, and not move. What has problems is left out; `findings`, if given, receives them.
  explicit Contents(const model::Configuration& configuration, Findings* findings = nullptr);
  Contents(Contents&&) noexcept;
  Contents& operator=(Contents&&) noexcept;
  ~Contents();

  /// What is shown in the place of a flag's value, which is one of the configuration's own; nothing where that is no
  /// template.
  [[nodiscard]] std::optional<Rendering> render(const Value* value, const Viewer& viewer) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

/// The problems and warnings of the contents of a configuration that `model::check` has no problems with.
[[nodiscard]] Findings check_contents(const model::Configuration& configuration);

/// Documents checked by themselves, against one another, and for what they show.
[[nodiscard]] model::Checked check_documents(const std::vector<model::Document>& documents);

}  // namespace splitplot::content
