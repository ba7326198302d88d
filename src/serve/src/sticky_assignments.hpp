/// What sticky experiments assigned to the units of a request earlier, and what they assign now. It stands in the profiles
/// of these units: read before a decision as stored traits are, and written by the pipeline behind it.
#pragma once

#include "call.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/profile/profiles.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve {

class StickyAssignments final : public decide::StickyBuckets {
 public:
  /// Looks up what was assigned to those whom the attributes name. `user` is whom the caller names, and `profile` theirs,
  /// which was looked up already. What is handed in must outlive it.
  StickyAssignments(const Call& call, const decide::Snapshot& snapshot, const model::Attributes& attributes,
                    const std::optional<Unit>& user, const std::shared_ptr<const profile::Profile>& profile);

  /// For the evaluation: null where no experiment is sticky.
  [[nodiscard]] const StickyBuckets* source() const;

  [[nodiscard]] std::optional<std::string_view> find(std::string_view attribute, std::string_view value,
                                                     std::string_view experiment) const override;

  /// Takes note of what an evaluation assigned, where that is new.
  void remember(const decide::StickyAssignment& assignment);

  /// Hands over what was noted to be kept. Nobody waits for it: what is refused comes again with the next evaluation.
  void keep(Timestamp now);

 private:
  struct Holder {
    std::string_view attribute;
    std::string value;
    std::shared_ptr<const profile::Profile> profile;  ///< null: nothing is known
  };
  struct New {
    std::string attribute;
    std::string value;
    std::string experiment;
    std::string variant;
  };

  const Call& call_;
  bool are_asked_ = false;
  std::vector<Holder> holders_;
  std::vector<New> new_;
};

}  // namespace splitplot::serve
