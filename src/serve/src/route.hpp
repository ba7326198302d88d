/// Routes: what is served, to whom, how large and how. A Route cannot be written down without saying each of these.
#pragma once

#include "answers.hpp"
#include "call.hpp"
#include "http/message.hpp"

#include <splitplot/model/configuration.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve {

enum class Permission { Public, Decide, Ingest, Explain, Configure, Results, Operate };
inline constexpr Permission kPermissions[] = {Permission::Public,  Permission::Decide,    Permission::Ingest,
                                              Permission::Explain, Permission::Configure, Permission::Results,
                                              Permission::Operate};

[[nodiscard]] std::string_view name_of(Permission permission);

/// Whether a connection of that kind has the permission.
[[nodiscard]] bool allows(Permission permission, model::ConnectionKind kind);

/// Where a credential may stand. Header is Authorization (Bearer, Basic) and X-API-Key.
enum class Credentials {
  None,
  Header,
  HeaderOrSession,    ///< also the cookie of a session, where no header has a key
  HeaderQueryBody,    ///< also ?writeKey= and the body's writeKey, as Segment's clients send it
  HeaderOrToken,      ///< also a stream token, ?token=, where no header has a key
  HeaderOrClientKey,  ///< also ?client_key=, as GrowthBook's plugins send it
  Path,               ///< the first parameter of the pattern
};

/// Whether browsers of any origin may use the route.
enum class Cors { No, AnyOrigin };

/// What a POST with a body must call it.
enum class ContentType { Any, Json };

enum class Mode { Always, TestOnly };

/// How a route is run.
class Handler {
 public:
  enum class Runs {
    AtOnce,  ///< on the I/O thread: fast, never blocks
    OnPool,  ///< on a pool thread
    Later,   ///< begins on the I/O thread, answers from any
  };
  static constexpr Handler at_once(Response (*how)(const Call&)) { return {Runs::AtOnce, how, nullptr}; }
  static constexpr Handler on_pool(Response (*how)(const Call&)) { return {Runs::OnPool, how, nullptr}; }
  static constexpr Handler later(void (*how)(const Call&, const Responder&)) {
    return {Runs::Later, nullptr, how};
  }

  [[nodiscard]] Runs runs() const { return runs_; }
  [[nodiscard]] Response answer(const Call& call) const { return answer_(call); }
  void begin(const Call& call, const Responder& responder) const { begin_(call, responder); }

 private:
  constexpr Handler(Runs runs, Response (*now)(const Call&), void (*later_on)(const Call&, const Responder&))
      : runs_(runs), answer_(now), begin_(later_on) {}
  Runs runs_;
  Response (*answer_)(const Call&);
  void (*begin_)(const Call&, const Responder&);
};

struct Route {
  constexpr Route(Method the_method, std::string_view the_pattern, Permission who, Credentials with,
                  std::size_t limit, ContentType type, Cors cors_policy, ErrorForm errors, Mode when,
                  Handler how)
      : method(the_method),
        pattern(the_pattern),
        permission(who),
        credentials(with),
        body_limit(limit),
        content_type(type),
        cors(cors_policy),
        form(errors),
        mode(when),
        handler(how) {}

  Method method;
  std::string_view pattern;  ///< "/api/v1/documents/{kind}/{key}"; a {name} is one path segment, not empty
  Permission permission;
  Credentials credentials;
  std::size_t body_limit;  ///< bytes, before and after decompression
  ContentType content_type;
  Cors cors;
  ErrorForm form;
  Mode mode;
  Handler handler;
};

/// All routes. The one place where they stand.
[[nodiscard]] std::span<const Route> route_table();

/// Finds routes by path. Immutable.
class Router {
 public:
  explicit Router(std::span<const Route> routes);

  struct Match {
    const Route* route = nullptr;      ///< null: no route has this path, or none with this method
    std::vector<const Route*> others;  ///< without a route: those of the path with other methods
    bool malformed = false;            ///< a '%' in the path is wrong
  };
  /// HEAD finds the GET route. `parameters` receives those of the pattern, decoded.
  [[nodiscard]] Match find(Method method, std::string_view path, Mode mode,
                           std::vector<std::string>& parameters) const;

 private:
  struct Entry {
    const Route* route;
    std::vector<std::string_view> segments;
  };
  std::vector<Entry> entries_;
};

}  // namespace splitplot::serve
