#include "request_attributes.hpp"

#include "http/client_address.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace splitplot::serve {
namespace {

std::string_view text_at(const Value& attributes, std::string_view name) {
  const Value* said = attributes.find(name);
  return said != nullptr && said->if_text() != nullptr ? std::string_view(*said->if_text())
                                                       : std::string_view();
}

bool is_about_referrer(std::string_view name) {
  return name == "referrer" || name == "referrer_class";
}

/// Leaves in the object `name` only the members that paths ask for; all of them where it is asked for as a whole.
void keep_asked_members(Value& attributes, std::string_view name, const std::vector<std::string>& paths) {
  Value* object = attributes.find(name);
  Value::Object* members = object == nullptr ? nullptr : object->if_object();
  if (members == nullptr || std::ranges::find(paths, name) != paths.end()) return;
  std::erase_if(*members, [&](const Member& member) {
    return std::ranges::none_of(paths, [&](std::string_view path) {
      if (!path.starts_with(name) || path.substr(name.size(), 1) != ".") return false;
      path.remove_prefix(name.size() + 1);
      return path.substr(0, path.find('.')) == member.name;
    });
  });
}

/// A host alone as an address.
std::string address_of_referrer(std::string_view said) {
  if (said.empty() || said.find("://") != said.npos) return std::string(said);
  return "https://" + std::string(said);
}

/// What the snapshot asks for and stored traits do not say. Where nobody said which page was before, it is not known that
/// there was none.
context::WantedAttributes wanted_by(const decide::Snapshot& snapshot, const Value* traits,
                                    bool knows_referrer) {
  context::WantedAttributes wanted;
  for (const std::string_view name : snapshot.asked_attributes()) {
    if (!knows_referrer && is_about_referrer(name)) continue;
    if (traits == nullptr || traits->find(name.substr(0, name.find('.'))) == nullptr) wanted.add(name);
  }
  return wanted;
}

void prepare(const context::RequestContext& context, const catalogue::Catalogue& catalogue,
             const std::vector<catalogue::Scope>& scopes) {
  for (const catalogue::Scope& scope : scopes) {
    if (const auto snapshot = catalogue.snapshot(scope)) context.prepare(wanted_by(*snapshot, nullptr, true));
  }
}

}  // namespace

RequestAttributes::RequestAttributes(const Services& services, const ServerOptions& options)
    : context_(services.request_context),
      trusted_proxies_(options.trusted_proxies),
      visitor_requests_(options.visitor_requests) {
  if (context_ == nullptr) return;
  const catalogue::Catalogue& catalogue = services.catalogue;
  watch_ = services.catalogue.watch(
      [context = context_, &catalogue](const auto& changed) { prepare(*context, catalogue, changed); });
  prepare(*context_, catalogue, catalogue.scopes());
}

void RequestAttributes::add_missing(Value& attributes, const Value* traits, const Asked& asked) const {
  if (context_ == nullptr) return;
  const Value* referrer = attributes.find("referrer");
  const bool knows_referrer = referrer != nullptr && referrer->if_text() != nullptr;
  const context::WantedAttributes wanted = wanted_by(asked.snapshot, traits, knows_referrer);
  if (wanted.empty()) return;

  context::RequestFacts facts;
  facts.now = asked.now;
  const std::string page(asked.url);  // the view may be into what is added to
  facts.url = page;
  const std::string before = address_of_referrer(text_at(attributes, "referrer"));
  facts.referrer = before;
  const bool is_of_visitor =
      asked.principal.kind == model::ConnectionKind::Client || visitor_requests_ == VisitorRequests::All;
  if (is_of_visitor) {
    facts.ip = client_address(asked.request, trusted_proxies_);
    facts.user_agent = asked.request.header("user-agent");
    facts.accept_language = asked.request.header("accept-language");
    facts.cookies = asked.request.header("cookie");
  }
  const bool said_query = attributes.find("query") != nullptr;
  const bool said_cookies = attributes.find("cookie") != nullptr;
  context_->add_missing(attributes, facts, wanted);
  if (!said_query) keep_asked_members(attributes, "query", asked.snapshot.asked_attributes());
  if (!said_cookies) keep_asked_members(attributes, "cookie", asked.snapshot.asked_attributes());
}

std::string_view page_url(const Value& attributes) {
  return text_at(attributes, "url");
}

}  // namespace splitplot::serve
