/// A snapshot as the payload that GrowthBook's SDKs evaluate by themselves: written from what decides, so that they answer
/// what the server would. It holds rules and seeds, so it is for clients that may see them. Pure; any thread.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <string>
#include <vector>

namespace splitplot::decide {

/// How long lists of values are written: where they are asked for, or once, by name (not all SDKs know names).
enum class ListForm { Inlined, Named };

struct Payload {
  Value content;  ///< {"features": {...}, "experiments": [], "savedGroups": {...}}
  /// Rules that no SDK could judge, each as a clause with its place; they are not in the payload.
  std::vector<std::string> left_out;
  /// SDKs know no schedules: what is written holds from one change of a schedule or ramp (included) to the next (excluded).
  Timestamp valid_from = Timestamp::min();
  Timestamp valid_until = Timestamp::max();
};

/// Segments are written out in the conditions that ask for them; flags that are switched off and experiments that do not
/// run are left out. Schedules and ramps are as they are at `now`. Errors: ResourceLimit (segments that contain segments grow beyond what a client should load).
[[nodiscard]] Result<Payload> payload_of(const Snapshot& snapshot, Timestamp now = {},
                                         ListForm lists = ListForm::Inlined);

}  // namespace splitplot::decide
