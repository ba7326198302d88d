/// What is known of a request besides what its caller says: attributes that conditions ask for (docs/formats/context.md),
/// added to those that were sent. Any thread.
#pragma once

#include "http/message.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/context/request_context.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/serve/server.hpp>

#include <memory>
#include <string_view>

namespace splitplot::serve {

class RequestAttributes {
 public:
  /// What `services` refers to must outlive it. What takes long is done here, and whenever a snapshot is another one.
  RequestAttributes(const Services& services, const ServerOptions& options);

  /// Where and by whom a decision is asked for.
  struct Asked {
    const Request& request;
    const catalogue::Principal& principal;
    const decide::Snapshot& snapshot;
    std::string_view url;  ///< the page's address; empty: not known
    Timestamp now;
  };

  /// Adds to `attributes` (an object) what the snapshot asks for and the request tells, unless the caller said it, or the
  /// stored traits do (null: there are none). Of parameters and cookies only those that are asked for.
  void add_missing(Value& attributes, const Value* traits, const Asked& asked) const;

 private:
  const context::RequestContext* const context_;
  const TrustedProxies trusted_proxies_;
  const VisitorRequests visitor_requests_;
  std::unique_ptr<catalogue::Watch> watch_;
};

/// The page's address that a caller sent among the attributes, under "url"; empty if it did not.
[[nodiscard]] std::string_view page_url(const Value& attributes);

}  // namespace splitplot::serve
