#include "site/handlers.hpp"

#include "http/conditions.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace splitplot::serve::site {
namespace {

/// Nothing from elsewhere, nothing inline, in no frame: a page that is tricked into holding foreign text can do nothing
/// with it.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void add_page_headers(Response& response) {
  response.headers.add("Content-Security-Policy", kPolicy);
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.add("Cross-Origin-Resource-Policy", "same-origin");
}

void append_html(std::string& page, std::string_view text) {
  for (const char character : text) {
    switch (character) {
      case '<':
        page.append("&lt;");
        break;
      case '>':
        page.append("&gt;");
        break;
      case '&':
        page.append("&amp;");
        break;
      case '"':
        page.append("&quot;");
        break;
      default:
        page.push_back(character);
    }
  }
}

Response file_response(const Request& request, const SiteFile& file) {
  Response response;
  add_page_headers(response);
  // Weak: it is the same file, plain or compressed.
  response.headers.add("ETag", "W/" + std::string(file.etag));
  response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("Cache-Control", file.caching == SiteCaching::Immutable
                                            ? "public, max-age=31536000, immutable"
                                            : "no-cache");
  if (names_etag(request.header("if-none-match"), file.etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = file.content_type;
  const bool compressed = !file.gzip.empty() && accepts_gzip(request.header("accept-encoding"));
  if (compressed) response.headers.add("Content-Encoding", "gzip");
  response.body = compressed ? file.gzip : file.body;
  return response;
}

Response find(const Call& call, std::string_view path) {
  const std::span<const SiteFile> files = call.context.services.site;
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const SiteFile& each) { return each.path == path; });
  if (file != files.end()) return file_response(call.request, *file);
  return error_response(files.empty() ? ErrorForm::Problem : ErrorForm::Page,
                        {.status = 404,
                         .code = "not_found",
                         .detail = "there is nothing at this path",
                         .hint = files.empty() ? "this server was built without the dashboard" : "",
                         .errors = {},
                         .key = {}});
}

}  // namespace

Response index(const Call& call) {
  return find(call, "/");
}

Response asset(const Call& call) {
  return find(call, "/assets/" + call.parameters.front());
}

Response error_page(const Refusal& refusal) {
  Response response;
  response.status = refusal.status;
  response.content_type = "text/html; charset=utf-8";
  add_page_headers(response);
  response.headers.add("Cache-Control", "no-store");
  std::string& page = response.body;
  page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Splitplot: ";
  append_html(page, reason_phrase(refusal.status));
  page.append("</title>\n</head>\n<body>\n<h1>");
  append_html(page, reason_phrase(refusal.status));
  page.append("</h1>\n<p>");
  append_html(page, refusal.detail);
  if (!refusal.hint.empty()) {
    page.append(" (");
    append_html(page, refusal.hint);
    page.append(")");
  }
  page.append(".</p>\n<p><a href=\"/\">To the dashboard</a></p>\n</body>\n</html>\n");
  return response;
}

}  // namespace splitplot::serve::site
