// Who assigns the units of a list: an experiment of files, one of a server, or a split by hash alone. All answer what a
// decision would.
#pragma once

#include "client/api_client.hpp"
#include "decide/local_snapshot.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace splitplot::app {

/// What becomes of one unit.
struct ListedUnit {
  std::string variant;         ///< empty: not in the experiment
  std::string reason;          ///< why it is not
  std::optional<Value> value;  ///< what the flag answers
  bool counts = false;         ///< assigned by hash
};

class ListAssigner {
 public:
  virtual ~ListAssigner() = default;
  /// Errors end the list.
  [[nodiscard]] virtual ApiResult<std::vector<ListedUnit>> assign(std::span<const Value> units) = 0;

  [[nodiscard]] const std::vector<std::string>& variants() const { return variants_; }
  /// For each variant, how many of the units that count were planned to get it.
  [[nodiscard]] const std::vector<double>& planned() const { return planned_; }
  /// The attribute that names the unit.
  [[nodiscard]] const std::string& unit_attribute() const { return unit_attribute_; }
  /// What the user should know: no error, but not all is as usual.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 protected:
  std::vector<std::string> variants_;
  std::vector<double> planned_;
  std::string unit_attribute_ = "id";
  std::vector<std::string> notes_;
};

/// "control=50,treatment=50", or weights alone: "50/50" is control and treatment, of more the treatments are numbered.
struct Split {
  std::vector<std::string> variants;
  std::vector<double> weights;  ///< sum to 1
};

/// Errors: InvalidArgument.
[[nodiscard]] Result<Split> read_split(const std::string& text);

[[nodiscard]] std::unique_ptr<ListAssigner> assign_by_split(const Split& split, const std::string& salt);

/// Errors: NotFound; Conflict: it does not run, or has no seed in its document.
[[nodiscard]] Result<std::unique_ptr<ListAssigner>> assign_by_documents(LocalSnapshot local,
                                                                        const std::string& experiment,
                                                                        const std::string& flag,
                                                                        Timestamp now);

/// Asks the server for a thousand units at a time.
[[nodiscard]] ApiResult<std::unique_ptr<ListAssigner>> assign_by_server(const ServerAddress& address,
                                                                        const std::string& experiment,
                                                                        const std::string& flag);

}  // namespace splitplot::app
