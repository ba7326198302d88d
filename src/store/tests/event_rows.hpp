/// Short ways to write rows of the event warehouse.
#pragma once

#include <splitplot/store/event_warehouse.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace splitplot::store::test {

inline Timestamp at(double seconds) {
  return Timestamp(
      std::chrono::microseconds(1'700'000'000'000'000 + static_cast<std::int64_t>(seconds * 1e6)));
}

inline EventRow event(std::string user, std::string name, Timestamp time, std::string properties = {}) {
  EventRow row;
  row.environment = "default/production";
  row.source = "web";
  row.message_id = name + " of " + user;
  row.type = "track";
  row.name = std::move(name);
  row.unit = {UnitKind::User, user};
  row.user_id = std::move(user);
  row.time = time;
  row.received = time;
  row.properties_json = std::move(properties);
  return row;
}

inline ExposureRow exposure(std::string user, std::string variant, Timestamp time,
                            std::string attributes = {}) {
  ExposureRow row;
  row.environment = "default/production";
  row.source = "web";
  row.message_id = "exposure of " + user;
  row.unit = {UnitKind::User, std::move(user)};
  row.time = time;
  row.received = time;
  row.experiment = "checkout-test";
  row.variant = std::move(variant);
  row.revision = 7;
  row.attributes_json = std::move(attributes);
  return row;
}

/// Gives every row the offset after the one before, from where the warehouse stands on.
inline LoadBatch batch(JournalOffset from, std::vector<EventRow> events,
                       std::vector<ExposureRow> exposures = {}, std::vector<RejectedRow> rejected = {}) {
  LoadBatch answer{std::move(events), std::move(exposures), std::move(rejected), from, from};
  for (EventRow& row : answer.events) row.offset = answer.to++;
  for (ExposureRow& row : answer.exposures) row.offset = answer.to++;
  for (RejectedRow& row : answer.rejected) row.offset = answer.to++;
  return answer;
}

inline ExperimentRelation checkout_test() {
  ExperimentRelation relation;
  relation.environment = "default/production";
  relation.experiment = "checkout-test";
  return relation;
}

/// What the exposures and events of an experiment come to, metrics reduced by `reductions`.
inline UnitFrameQuery query_over(const ExperimentTables& tables, const ExperimentRelation& relation,
                                 const std::vector<Reduction>& reductions) {
  UnitFrameQuery query;
  query.exposures = tables.exposures;
  query.unit_column = kExposedUnit;
  query.variant_column = kExposedVariant;
  query.time_column = kExposureTime;
  query.events = EventSource{tables.events, kEventUnit, kEventTime};
  for (const std::string& segment : relation.segments)
    query.dimension_columns.push_back(segment_column(segment));
  for (const std::string& dimension : relation.dimensions) query.dimension_columns.push_back(dimension);
  for (std::size_t i = 0; i < relation.metrics.size(); ++i) {
    const std::string& name = relation.metrics[i].name;
    query.metrics.push_back({name,
                             reductions[i],
                             name,
                             {},
                             reductions[i] == Reduction::Sum ? MissingValue::Zero : MissingValue::LeaveOut});
  }
  return query;
}

}  // namespace splitplot::store::test
