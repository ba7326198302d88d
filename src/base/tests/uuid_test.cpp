#include <splitplot/base/uuid.hpp>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

TEST(UuidV7, IsTheExampleOfRfc9562) {
  // Appendix A.6: 2022-02-22T19:22:22.000Z, rand_a 0xCC3, rand_b 0b01, 0x8C4DC0C0C07398F.
  const auto time = parse_rfc3339("2022-02-22T19:22:22Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(uuid_v7(*time, 0xCC3, 0x18C4DC0C0C07398FULL), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidV7, KeepsVersionAndVariantWhateverTheRandomBits) {
  const std::string id = uuid_v7(Timestamp{std::chrono::microseconds(1'999)}, ~0ULL, ~0ULL);
  EXPECT_EQ(id, "00000000-0001-7fff-bfff-ffffffffffff");
}

TEST(UuidV7, SortsByTime) {
  const Timestamp first{std::chrono::milliseconds(1'700'000'000'000)};
  EXPECT_LT(uuid_v7(first, ~0ULL, ~0ULL), uuid_v7(first + std::chrono::milliseconds(1), 0, 0));
}

TEST(UuidV7, CountsTimesBefore1970As1970) {
  EXPECT_EQ(uuid_v7(Timestamp{std::chrono::seconds(-5)}, 0, 0), "00000000-0000-7000-8000-000000000000");
}

}  // namespace
}  // namespace splitplot
