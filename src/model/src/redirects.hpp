/// What experiments say about redirects: variants that are shown at another address than the experiment's pages.
#pragma once

#include "object_reader.hpp"

#include <splitplot/model/configuration.hpp>

#include <string>

namespace splitplot::model {

/// The member `redirect` of a variant; empty where the variant stays on the page.
[[nodiscard]] std::string read_redirect(ObjectReader& variant);

/// Reads what redirects need besides, once variants and pages are read; no redirect leads to a page that the experiment
/// itself is about.
void read_redirects(ObjectReader& reader, Experiment& experiment);

/// Warns of redirects to pages that another experiment redirects from.
void check_redirect_chains(const ByKey<Experiment>& experiments, Findings& findings);

}  // namespace splitplot::model
