/// Addresses that browsers are sent to, and what they take along from the page that was asked for: as browsers and
/// GrowthBook's SDKs join them. Pure functions; any thread.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>
#include <string_view>

namespace splitplot::model {

/// A whole http or https address as browsers write it: scheme and host in small letters, without a port that goes without
/// saying, with the slash of a front page. Percent-encoding stays as it is. Errors: InvalidArgument for what is relative,
/// has another scheme, a name or password, a host that is none, `.` or `..` in its path, or characters that addresses do
/// not have.
[[nodiscard]] Result<std::string> web_address(std::string_view written);

/// Whether somebody can be on a page of this address: http or https, with a host.
[[nodiscard]] bool is_web_page(std::string_view url);

/// The address (as web_address answers it) with the members of the page's query that its own lacks, behind its own. Of a
/// name that the page has several times, the first counts. Whatever is added, the query is written anew as forms write it.
[[nodiscard]] std::string with_query_of(std::string_view address, std::string_view page);

}  // namespace splitplot::model
