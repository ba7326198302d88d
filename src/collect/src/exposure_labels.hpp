/// What an exposure keeps of the moment: the segments the unit was in, the values of the experiment's dimensions, and
/// which configuration held. Analysis uses these and never today's.
#pragma once

#include <splitplot/collect/event.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/profile/profiles.hpp>

namespace splitplot::collect {

/// Sets them on an event with an exposure. Looked at are, the first that knows a name: the unit's id, the event's
/// context.traits, its properties, the traits of the profile (null: none). Without a snapshot nothing is set.
void label_exposure(Event& event, const profile::Profile* profile, const decide::Snapshot* snapshot);

}  // namespace splitplot::collect
