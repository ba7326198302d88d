#include "decision/handlers.hpp"
#include "growthbook/handlers.hpp"
#include "management/content.hpp"
#include "management/handlers.hpp"
#include "management/lists.hpp"
#include "ofrep/event_streams.hpp"
#include "ofrep/handlers.hpp"
#include "operation/handlers.hpp"
#include "results/file_handlers.hpp"
#include "results/handlers.hpp"
#include "route.hpp"
#include "segment/handlers.hpp"
#include "session/handlers.hpp"
#include "site/handlers.hpp"

namespace splitplot::serve {
namespace {

using collect::EventType;

constexpr std::size_t kNoBody = 1024;
constexpr std::size_t kSmallBody = 64UL * 1024;
constexpr std::size_t kContextBody = 256UL * 1024;
/// Twice the batch limit of Segment, so that what is a little too large gets an answer in the API's own words.
constexpr std::size_t kEventBody = 1024UL * 1024;
constexpr std::size_t kDocumentsBody = 16UL * 1024 * 1024;
constexpr std::size_t kFileBody = 64UL * 1024 * 1024;

/// OFREP: any OpenFeature client, browsers among them.
constexpr Route decision(std::string_view pattern, Handler how) {
  return {Method::Post,     pattern,         Permission::Decide, Credentials::Header, kContextBody,
          ContentType::Any, Cors::AnyOrigin, ErrorForm::Ofrep,   Mode::Always,        how};
}

/// Segment's API: the content type says nothing there.
constexpr Route events(std::string_view pattern, Handler how) {
  return {Method::Post,       pattern,
          Permission::Ingest, Credentials::HeaderQueryBody,
          kEventBody,         ContentType::Any,
          Cors::AnyOrigin,    ErrorForm::Segment,
          Mode::Always,       how};
}

template <EventType type>
constexpr Route event(std::string_view pattern) {
  return events(pattern, Handler::later(&segment::receive_one<type>));
}

/// GrowthBook's SDKs: browsers among them, with the key in the path.
constexpr Route growthbook_route(Method method, std::string_view pattern, Handler how) {
  return {method,
          pattern,
          Permission::Decide,
          Credentials::Path,
          method == Method::Get ? kNoBody : kContextBody,
          ContentType::Any,
          Cors::AnyOrigin,
          ErrorForm::GrowthBook,
          Mode::Always,
          how};
}

/// Our own API: for programs with a key, and for the dashboard with its session.
constexpr Route own(Method method, std::string_view pattern, Permission who, Handler how,
                    std::size_t limit = kSmallBody, Mode mode = Mode::Always) {
  return {method,
          pattern,
          who,
          Credentials::HeaderOrSession,
          method == Method::Get ? kNoBody : limit,
          ContentType::Json,
          Cors::No,
          ErrorForm::Problem,
          mode,
          how};
}

/// A file as the body, whatever it calls itself.
constexpr Route upload(std::string_view pattern, Handler how) {
  return {Method::Post,
          pattern,
          Permission::Results,
          Credentials::HeaderOrSession,
          kFileBody,
          ContentType::Any,
          Cors::No,
          ErrorForm::Problem,
          Mode::Always,
          how};
}

/// Logging in and out: who does it need not be known yet, or any more. The handlers keep the pages of others out.
constexpr Route session_change(Method method, Handler how) {
  return {method,
          "/api/v1/session",
          Permission::Public,
          Credentials::None,
          kSmallBody,
          ContentType::Json,
          Cors::No,
          ErrorForm::Problem,
          Mode::Always,
          how};
}

constexpr Route open_to_all(std::string_view pattern, Handler how) {
  return {Method::Get,      pattern,  Permission::Public, Credentials::None, kNoBody,
          ContentType::Any, Cors::No, ErrorForm::Problem, Mode::Always,      how};
}

/// The dashboard: it is no secret; what it shows comes over our own API.
constexpr Route page(std::string_view pattern, Handler how) {
  return {Method::Get,      pattern,  Permission::Public, Credentials::None, kNoBody,
          ContentType::Any, Cors::No, ErrorForm::Page,    Mode::Always,      how};
}

constexpr Route kRoutes[] = {
    decision("/ofrep/v1/evaluate/flags/{key}", Handler::at_once(&ofrep::evaluate_one)),
    decision("/ofrep/v1/evaluate/flags", Handler::at_once(&ofrep::evaluate_all)),
    Route{Method::Get, "/ofrep/v1/stream", Permission::Decide, Credentials::HeaderOrToken, kNoBody,
          ContentType::Any, Cors::AnyOrigin, ErrorForm::Ofrep, Mode::Always,
          Handler::at_once(&ofrep::stream)},

    events("/v1/batch", Handler::later(&segment::receive_batch)),
    events("/v1/b", Handler::later(&segment::receive_batch)),
    events("/v1/import", Handler::later(&segment::receive_batch)),
    event<EventType::Track>("/v1/track"),
    event<EventType::Track>("/v1/t"),
    event<EventType::Identify>("/v1/identify"),
    event<EventType::Identify>("/v1/i"),
    event<EventType::Page>("/v1/page"),
    event<EventType::Page>("/v1/p"),
    event<EventType::Screen>("/v1/screen"),
    event<EventType::Screen>("/v1/s"),
    event<EventType::Group>("/v1/group"),
    event<EventType::Group>("/v1/g"),
    event<EventType::Alias>("/v1/alias"),
    event<EventType::Alias>("/v1/a"),
    Route{Method::Post, "/v1/m", Permission::Public, Credentials::None, kSmallBody, ContentType::Any,
          Cors::AnyOrigin, ErrorForm::Segment, Mode::Always, Handler::at_once(&segment::swallow)},
    Route{Method::Get, "/v1/projects/{writeKey}/settings", Permission::Ingest, Credentials::Path, kNoBody,
          ContentType::Any, Cors::AnyOrigin, ErrorForm::Segment, Mode::Always,
          Handler::at_once(&segment::settings)},

    growthbook_route(Method::Get, "/api/features/{clientKey}", Handler::at_once(&growthbook::features)),
    growthbook_route(Method::Get, "/sub/{clientKey}", Handler::at_once(&growthbook::subscribe)),
    growthbook_route(Method::Post, "/api/eval/{clientKey}", Handler::at_once(&growthbook::evaluate)),
    Route{Method::Post, "/track", Permission::Ingest, Credentials::HeaderOrClientKey, kEventBody,
          ContentType::Any, Cors::AnyOrigin, ErrorForm::GrowthBook, Mode::Always,
          Handler::later(&growthbook::track)},
    Route{Method::Post, "/v1/data/collector", Permission::Ingest, Credentials::Header, kEventBody,
          ContentType::Any, Cors::AnyOrigin, ErrorForm::GrowthBook, Mode::Always,
          Handler::later(&go_feature_flag::collect)},

    page("/", Handler::at_once(&site::index)),
    page("/assets/{file}", Handler::at_once(&site::asset)),

    open_to_all("/healthz", Handler::at_once(&operation::health)),
    open_to_all("/readyz", Handler::at_once(&operation::readiness)),
    own(Method::Get, "/metrics", Permission::Operate, Handler::at_once(&operation::metrics)),

    session_change(Method::Post, Handler::at_once(&session::begin)),
    own(Method::Get, "/api/v1/session", Permission::Operate, Handler::at_once(&session::show)),
    session_change(Method::Delete, Handler::at_once(&session::end)),
    own(Method::Get, "/api/v1/status", Permission::Operate, Handler::at_once(&operation::status)),
    own(Method::Get, "/api/v1/traffic", Permission::Operate, Handler::on_pool(&operation::traffic)),
    own(Method::Post, "/api/v1/apply", Permission::Configure, Handler::on_pool(&management::apply),
        kDocumentsBody),
    own(Method::Get, "/api/v1/documents", Permission::Configure,
        Handler::on_pool(&management::list_documents)),
    own(Method::Get, "/api/v1/documents/{kind}/{key}", Permission::Configure,
        Handler::on_pool(&management::get_document)),
    Route{Method::Post, "/api/v1/items/{key}", Permission::Configure, Credentials::HeaderOrSession,
          kDocumentsBody, ContentType::Any, Cors::No, ErrorForm::Problem, Mode::Always,
          Handler::on_pool(&management::import_items)},
    Route{Method::Post, "/api/v1/lists/{key}", Permission::Configure, Credentials::HeaderOrSession, kFileBody,
          ContentType::Any, Cors::No, ErrorForm::Problem, Mode::Always,
          Handler::on_pool(&management::import_list)},
    own(Method::Post, "/api/v1/content/preview", Permission::Configure,
        Handler::on_pool(&management::preview_content), kContextBody),
    own(Method::Get, "/api/v1/history", Permission::Configure, Handler::on_pool(&management::history)),
    own(Method::Post, "/api/v1/rollback", Permission::Configure, Handler::on_pool(&management::roll_back)),
    Route{Method::Post, "/api/v1/redirect", Permission::Decide, Credentials::Header, kContextBody,
          ContentType::Any, Cors::AnyOrigin, ErrorForm::Problem, Mode::Always,
          Handler::at_once(&decision::redirect)},
    own(Method::Post, "/api/v1/redirect/explain", Permission::Explain,
        Handler::on_pool(&decision::explain_redirect), kContextBody),
    own(Method::Get, "/api/v1/decide/explain", Permission::Explain, Handler::on_pool(&decision::explain)),
    own(Method::Post, "/api/v1/decide/explain", Permission::Explain, Handler::on_pool(&decision::explain),
        kContextBody),
    own(Method::Get, "/api/v1/experiments", Permission::Results, Handler::on_pool(&results::list)),
    own(Method::Post, "/api/v1/experiments/{key}/assignments", Permission::Explain,
        Handler::on_pool(&decision::assignments), kEventBody),
    own(Method::Post, "/api/v1/experiments/{key}/assignment-check", Permission::Explain,
        Handler::on_pool(&decision::check_assignment), kDocumentsBody),
    own(Method::Get, "/api/v1/experiments/{key}/results", Permission::Results,
        Handler::on_pool(&results::page)),
    own(Method::Get, "/api/v1/experiments/{key}/timeline", Permission::Results,
        Handler::on_pool(&results::timeline)),
    upload("/api/v1/files", Handler::on_pool(&results::upload_file)),
    own(Method::Post, "/api/v1/files/{id}/analysis", Permission::Results,
        Handler::on_pool(&results::analyse_file)),
    own(Method::Delete, "/api/v1/files/{id}", Permission::Results, Handler::on_pool(&results::remove_file)),
    own(Method::Get, "/api/v1/demo/truth", Permission::Results, Handler::on_pool(&results::truth)),
    own(Method::Post, "/api/v1/connections/{key}/keys", Permission::Operate,
        Handler::on_pool(&management::add_key)),
    own(Method::Delete, "/api/v1/connections/{key}/keys/old", Permission::Operate,
        Handler::on_pool(&management::revoke_old_keys)),
    own(Method::Get, "/api/v1/connections/{key}/encryption", Permission::Operate,
        Handler::at_once(&growthbook::encryption_key)),
    own(Method::Post, "/api/v1/backup", Permission::Operate, Handler::on_pool(&operation::back_up)),
    own(Method::Post, "/api/v1/test/clock", Permission::Operate, Handler::at_once(&operation::set_clock),
        kSmallBody, Mode::TestOnly),
};

}  // namespace

std::span<const Route> route_table() {
  return kRoutes;
}

}  // namespace splitplot::serve
