/// Flags decided inside an application: the rules of an environment, kept current by the server's stream, and a decision
/// that takes no lock, asks nobody and never fails. Exposures and events are sent behind the application's back.
///
/// Any number of threads may share a client. It has two threads of its own, which do not survive fork(): make it after.
/// The server's half is docs/formats/growthbook.md; how to use this, docs/guides/connect-cpp.md.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/client/options.hpp>
#include <splitplot/client/state.hpp>
#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/attributes.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace splitplot::client {

/// Whom a question is about. Views: all of it must outlive the question.
struct Context {
  Context(const Value& known) : attributes(&known) {}  // NOLINT(google-explicit-constructor)
  /// `index` was made of `known`: for many questions about one user.
  Context(const Value& known, const model::AttributeIndex& prepared) : attributes(&known), index(&prepared) {}

  const Value* attributes;  ///< an object; `id` (or `targetingKey`) is the user
  const model::AttributeIndex* index = nullptr;
  std::string_view url;                           ///< address of the page
  const decide::StickyBuckets* sticky = nullptr;  ///< assignments that hold on; the application keeps them...
  decide::EvaluationObserver* observer = nullptr;  ///< ...and is told of new ones
};

/// An answer, with what its views point into.
struct Answer {
  decide::Decision decision;
  std::shared_ptr<const decide::Snapshot>
      rules;  ///< null: there are none yet, and the decision is the caller's default
};

class Client {
 public:
  /// Reads the rules on disk, then waits for those of the server. A server that is away is no error: the client goes on
  /// with the rules on disk, or without any, until it comes back; `state()` says so. Errors: InvalidArgument (an option that
  /// makes no sense).
  [[nodiscard]] static Result<std::unique_ptr<Client>> start(Options options);
  /// Closes.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// What a flag answers. Takes no lock and allocates nothing, unless a unit is assigned that was not reported lately: then
  /// its exposure is put down for sending.
  [[nodiscard]] Answer decide(std::string_view flag, const Context& context) const;

  /// The value, or `otherwise`: for a flag that is missing or switched off, and for a value of another type.
  [[nodiscard]] bool get_bool(std::string_view flag, const Context& context, bool otherwise) const;
  [[nodiscard]] std::int64_t get_integer(std::string_view flag, const Context& context,
                                         std::int64_t otherwise) const;
  /// Integers too.
  [[nodiscard]] double get_number(std::string_view flag, const Context& context, double otherwise) const;
  [[nodiscard]] std::string get_text(std::string_view flag, const Context& context,
                                     std::string_view otherwise) const;
  [[nodiscard]] Value get_value(std::string_view flag, const Context& context, Value otherwise) const;

  /// Puts an event of the user down for sending: what results count. `properties`: an object, or null.
  void track(std::string_view event, const Context& context, Value properties = {});

  /// Waits until what was put down before is sent. False: not within the time.
  bool flush(milliseconds patience);
  /// Sends what waits, as long as Options::close_patience allows, and ends the threads. Decisions go on; events are dropped.
  void close();

  [[nodiscard]] State state() const;

 private:
  class Parts;
  explicit Client(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace splitplot::client
