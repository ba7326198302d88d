/// What documents must agree about with one another.
#pragma once

#include "spot.hpp"

#include <splitplot/model/configuration.hpp>

#include <set>

namespace splitplot::model {

/// Every reference leads to a document.
void check_references(const std::set<DocumentId>& ids, Findings& findings);

/// Prerequisites name variants that the other flag has; no flag needs itself, by whatever way, and none more others behind
/// one another than can be asked quickly. Makes the conditions of those that name variants.
void resolve_prerequisites(Configuration& configuration, Findings& findings);

/// Experiments that hold units out of others hold them out of experiments that hold out nobody.
void check_holdouts(const ByKey<Experiment>& experiments, Findings& findings);

/// No segment asks for itself, by whatever way, and none through more others than can be evaluated quickly.
void check_segment_order(const ByKey<Segment>& segments, Findings& findings);

/// Running experiments of a layer hold different slices of it.
void check_layer_slices(const ByKey<Experiment>& experiments, Findings& findings);

}  // namespace splitplot::model
