// What events do to profiles, seen through the pipeline.
#include "pipeline_fixture.hpp"

#include <splitplot/model/json.hpp>

namespace splitplot::collect::test {
namespace {

using namespace std::chrono_literals;

Value json(std::string_view text) {
  return model::parse_json(text).value();
}

class PipelineProfilesTest : public PipelineTest {
 protected:
  std::shared_ptr<const profile::Profile> profile(const Unit& unit) const {
    return served_.pipeline->profiles().find(kEnvironment, unit);
  }
  Served served_ = serve();
};

TEST_F(PipelineProfilesTest, TraitsAreMergedByTheirNames) {
  send(*served_.pipeline,
       {identify("1", "anna", R"({"plan":"free","address":{"city":"Ulm","zip":"1"},"age":40})")});
  send(*served_.pipeline, {identify("2", "anna", R"({"plan":"pro","address":{"city":"Bonn"},"age":null})")});
  EXPECT_EQ(profile(user("anna"))->traits, json(R"({"plan":"pro","address":{"city":"Bonn"}})"));
}

TEST_F(PipelineProfilesTest, EarlierEventsOfABatchCountForTheLater) {
  send(*served_.pipeline, {identify("1", "anna", R"({"a":1,"b":1})"), identify("2", "anna", R"({"b":2})"),
                           identify("3", "anna", R"({"a":null})")});
  EXPECT_EQ(profile(user("anna"))->traits, json(R"({"b":2})"));
  EXPECT_EQ(profile(user("anna"))->events, 3U);
}

TEST_F(PipelineProfilesTest, OnlyIdentifyChangesTheTraitsOfAUser) {
  Event event = track("1");
  event.properties_json = R"({"plan":"pro"})";
  event.context_json = R"({"traits":{"plan":"pro"}})";
  send(*served_.pipeline, {event});
  EXPECT_TRUE(profile(user("anna"))->traits.is_null());
}

TEST_F(PipelineProfilesTest, AGroupHasAProfileOfItsOwn) {
  Event event = identify("1", "anna", R"({"seats":5})");
  event.type = EventType::Group;
  event.group_id = "acme";
  send(*served_.pipeline, {event});
  EXPECT_EQ(profile({UnitKind::Account, "acme"})->traits, json(R"({"seats":5})"));
  EXPECT_EQ(profile({UnitKind::Account, "acme"})->events, 1U);
  EXPECT_TRUE(profile(user("anna"))->traits.is_null());
  EXPECT_EQ(profile(user("anna"))->events, 1U);
}

TEST_F(PipelineProfilesTest, DevicesAndUsersAreDifferentUnits) {
  Event event = identify("1", "", R"({"a":1})");
  event.anonymous_id = "anna";
  send(*served_.pipeline, {event});
  EXPECT_EQ(profile(user("anna")), nullptr);
  EXPECT_EQ(profile({UnitKind::Anonymous, "anna"})->traits, json(R"({"a":1})"));
}

TEST_F(PipelineProfilesTest, TheIdIsNoTrait) {
  send(*served_.pipeline, {identify("1", "anna", R"({"id":"x","a":1})")});
  EXPECT_EQ(profile(user("anna"))->traits, json(R"({"a":1})"));
}

TEST_F(PipelineProfilesTest, RepetitionsChangeNothing) {
  send(*served_.pipeline, {identify("1", "anna", R"({"a":1})"), identify("1", "anna", R"({"a":2})")});
  EXPECT_EQ(profile(user("anna"))->traits, json(R"({"a":1})"));
  EXPECT_EQ(profile(user("anna"))->events, 1U);
}

TEST_F(PipelineProfilesTest, SeenTimesAreTheExtremesWhateverTheOrder) {
  Event imported = track("2");
  imported.times.client = kStart - 30 * 24h;
  send(*served_.pipeline, {track("1")});
  send(*served_.pipeline, {imported});
  clock_.advance(1h);
  send(*served_.pipeline, {track("3")});
  EXPECT_EQ(profile(user("anna"))->first_seen, kStart - 30 * 24h);
  EXPECT_EQ(profile(user("anna"))->last_seen, kStart + 1h);
}

TEST_F(PipelineProfilesTest, AProfileDoesNotGrowWithoutEnd) {
  for (int i = 0; i < 30; ++i) {
    std::string traits = "{";
    for (int k = 0; k < 10; ++k) traits += (k == 0 ? "\"n" : ",\"n") + std::to_string(10 * i + k) + "\":1";
    send(*served_.pipeline, {identify("n" + std::to_string(i), "names", traits + "}")});
    send(*served_.pipeline,
         {identify("b" + std::to_string(i), "bytes",
                   "{\"t" + std::to_string(i) + "\":\"" + std::string(3000, 'x') + "\"}")});
  }
  EXPECT_EQ(profile(user("names"))->traits.if_object()->size(), 200U);
  EXPECT_EQ(profile(user("names"))->events, 30U);
  EXPECT_EQ(profile(user("bytes"))->traits.if_object()->size(), 10U);  // of 3 KB in 32 KB
  EXPECT_EQ(served_.pipeline->status().traits_dropped, 100U + 20U);
  // What is there may change, and what goes makes room.
  send(*served_.pipeline, {identify("last", "names", R"({"n0":null,"n1":2,"new":3})")});
  EXPECT_EQ(profile(user("names"))->traits.if_object()->size(), 200U);
  EXPECT_EQ(*profile(user("names"))->traits.find("n1"), Value(2));
  EXPECT_EQ(*profile(user("names"))->traits.find("new"), Value(3));
}

TEST_F(PipelineProfilesTest, TraitsThatAreNoObjectAreNone) {
  send(*served_.pipeline,
       {identify("1", "anna", ""), identify("2", "anna", "[1,2]"), identify("3", "anna", "{}")});
  EXPECT_TRUE(profile(user("anna"))->traits.is_null());
  EXPECT_EQ(profile(user("anna"))->events, 3U);
}

}  // namespace
}  // namespace splitplot::collect::test
