/// What documents must agree about with one another.
#pragma once

#include "spot.hpp"

#include <splitplot/model/configuration.hpp>

#include <set>

namespace splitplot::model {

/// Every reference leads to a document.
void check_references(const std::set<DocumentId>& ids, Findings& findings);

/// No segment asks for itself, by whatever way, and none through more others than can be evaluated quickly.
void check_segment_order(const ByKey<Segment>& segments, Findings& findings);

/// Running experiments of a layer hold different slices of it.
void check_layer_slices(const ByKey<Experiment>& experiments, Findings& findings);

}  // namespace splitplot::model
