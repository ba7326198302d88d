#include "calendar/holiday_rules.hpp"

#include <splitplot/context/holidays.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::context {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;
using ::testing::HasSubstr;

sys_days day(int in_year, unsigned month, unsigned day_of_month) {
  return sys_days(year(in_year) / std::chrono::month(month) / std::chrono::day(day_of_month));
}

std::string name_on(sys_days date, std::string_view country, const HolidayCalendar& calendar = {}) {
  const auto next = calendar.next(date, country);
  return next && next->date == date ? std::string(next->name) : std::string();
}

int holidays_in(int in_year, std::string_view country) {
  int count = 0;
  for (sys_days date = day(in_year, 1, 1); date < day(in_year + 1, 1, 1); date += std::chrono::days(1)) {
    if (!name_on(date, country).empty()) ++count;
  }
  return count;
}

// The dates that the churches publish.
TEST(EasterSunday, IsThePublishedDate) {
  struct MonthAndDay {
    unsigned month;
    unsigned day;
  };
  constexpr auto kPublished = std::to_array<MonthAndDay>(
      {{4, 23}, {4, 15}, {3, 31}, {4, 20}, {4, 11}, {3, 27}, {4, 16}, {4, 8}, {3, 23}, {4, 12}, {4, 4},
       {4, 24}, {4, 8},  {3, 31}, {4, 20}, {4, 5},  {3, 27}, {4, 16}, {4, 1}, {4, 21}, {4, 12}, {4, 4},
       {4, 17}, {4, 9},  {3, 31}, {4, 20}, {4, 5},  {3, 28}, {4, 16}, {4, 1}, {4, 21}});
  for (std::size_t i = 0; i < kPublished.size(); ++i) {
    const int in_year = 2000 + static_cast<int>(i);
    EXPECT_EQ(easter_sunday(year(in_year)), day(in_year, kPublished[i].month, kPublished[i].day)) << in_year;
  }
}

TEST(Holidays, OfTheUnitedStatesFallOnPublishedDays) {
  for (const auto& [date, name] :
       std::vector<std::pair<sys_days, std::string>>{{day(2020, 11, 26), "Thanksgiving"},
                                                     {day(2023, 11, 23), "Thanksgiving"},
                                                     {day(2024, 11, 28), "Thanksgiving"},
                                                     {day(2026, 11, 26), "Thanksgiving"},
                                                     {day(2030, 11, 28), "Thanksgiving"},
                                                     {day(2020, 5, 25), "Memorial Day"},
                                                     {day(2021, 5, 31), "Memorial Day"},
                                                     {day(2026, 5, 25), "Memorial Day"},
                                                     {day(2027, 5, 31), "Memorial Day"},
                                                     {day(2024, 1, 15), "Martin Luther King Jr. Day"},
                                                     {day(2025, 2, 17), "Washington's Birthday"},
                                                     {day(2024, 9, 2), "Labor Day"},
                                                     {day(2025, 10, 13), "Columbus Day"},
                                                     {day(2021, 6, 19), "Juneteenth"},
                                                     {day(2021, 6, 18), "Juneteenth (observed)"},
                                                     {day(2021, 7, 5), "Independence Day (observed)"},
                                                     {day(2020, 7, 3), "Independence Day (observed)"},
                                                     {day(2021, 12, 31), "New Year's Day (observed)"},
                                                     {day(2022, 12, 26), "Christmas Day (observed)"},
                                                     {day(2023, 11, 10), "Veterans Day (observed)"}}) {
    EXPECT_EQ(name_on(date, "US"), name) << date.time_since_epoch().count();
  }
  EXPECT_EQ(name_on(day(2020, 6, 19), "US"), "");
  EXPECT_EQ(holidays_in(2024, "US"), 11);  // 5 U.S.C. 6103: eleven, none on a weekend that year
}

// gov.uk/bank-holidays, England and Wales.
TEST(Holidays, OfTheUnitedKingdomFollowTheProclamations) {
  for (const auto& [date, name] : std::vector<std::pair<sys_days, std::string>>{
           {day(2020, 5, 8), "Early May Bank Holiday"},
           {day(2023, 5, 1), "Early May Bank Holiday"},
           {day(2023, 5, 8), "Coronation of King Charles III"},
           {day(2022, 6, 2), "Spring Bank Holiday"},
           {day(2022, 6, 3), "Platinum Jubilee"},
           {day(2022, 9, 19), "State Funeral of Queen Elizabeth II"},
           {day(2012, 6, 4), "Spring Bank Holiday"},
           {day(2026, 5, 25), "Spring Bank Holiday"},
           {day(2026, 8, 31), "Summer Bank Holiday"},
           {day(2022, 1, 3), "New Year's Day (substitute)"},
           {day(2021, 12, 27), "Christmas Day (substitute)"},
           {day(2021, 12, 28), "Boxing Day (substitute)"},
           {day(2022, 12, 26), "Boxing Day"},
           {day(2022, 12, 27), "Christmas Day (substitute)"},
           {day(2026, 12, 28), "Boxing Day (substitute)"}}) {
    EXPECT_EQ(name_on(date, "GB"), name) << date.time_since_epoch().count();
  }
  for (const sys_days date : {day(2020, 5, 4), day(2022, 5, 30), day(2012, 5, 28), day(2024, 12, 27)}) {
    EXPECT_EQ(name_on(date, "GB"), "") << date.time_since_epoch().count();
  }
  EXPECT_EQ(holidays_in(2024, "GB"), 8);
}

TEST(Holidays, OfOtherCountriesFallOnPublishedDays) {
  struct Row {
    const char* country;
    sys_days date;
    const char* name;
  };
  for (const Row& row : std::vector<Row>{{"DE", day(2026, 4, 3), "Good Friday"},
                                         {"DE", day(2026, 5, 14), "Ascension Day"},
                                         {"DE", day(2026, 5, 25), "Whit Monday"},
                                         {"DE", day(2017, 10, 31), "Reformation Day"},
                                         {"DE", day(2018, 10, 31), ""},
                                         {"DE", day(2026, 6, 4), ""},
                                         {"AT", day(2026, 6, 4), "Corpus Christi"},
                                         {"AT", day(2026, 10, 26), "National Day"},
                                         {"AT", day(2026, 4, 3), ""},
                                         {"CH", day(2026, 8, 1), "National Day"},
                                         {"FR", day(2025, 6, 9), "Whit Monday"},
                                         {"FR", day(2025, 7, 14), "Bastille Day"},
                                         {"FR", day(2025, 4, 18), ""},
                                         {"ES", day(2025, 4, 18), "Good Friday"},
                                         {"ES", day(2025, 12, 6), "Constitution Day"},
                                         {"IT", day(2025, 4, 21), "Easter Monday"},
                                         {"IT", day(2025, 6, 2), "Republic Day"},
                                         {"IT", day(2025, 10, 4), ""},
                                         {"IT", day(2026, 10, 4), "St Francis of Assisi"},
                                         {"NL", day(2026, 4, 27), "King's Day"},
                                         {"NL", day(2025, 4, 26), "King's Day"},  // the 27th was a Sunday
                                         {"NL", day(2025, 4, 27), ""},
                                         {"NL", day(2013, 4, 30), "Queen's Day"},
                                         {"PL", day(2025, 6, 19), "Corpus Christi"},
                                         {"PL", day(2010, 1, 6), ""},
                                         {"PL", day(2011, 1, 6), "Epiphany"},
                                         {"PL", day(2024, 12, 24), ""},
                                         {"PL", day(2025, 12, 24), "Christmas Eve"}}) {
    EXPECT_EQ(name_on(row.date, row.country), row.name) << row.country << row.date.time_since_epoch().count();
  }
}

TEST(Holidays, OfEachCountryAreAsManyAsItsLawNames) {
  // 2026: no day of these falls on another, but Switzerland's four are only those that every canton keeps.
  EXPECT_EQ(holidays_in(2026, "DE"), 9);
  EXPECT_EQ(holidays_in(2026, "AT"), 13);
  EXPECT_EQ(holidays_in(2026, "CH"), 4);
  EXPECT_EQ(holidays_in(2026, "FR"), 11);
  EXPECT_EQ(holidays_in(2026, "ES"), 10);
  EXPECT_EQ(holidays_in(2026, "IT"), 13);
  EXPECT_EQ(holidays_in(2026, "NL"), 10);
  EXPECT_EQ(holidays_in(2026, "PL"), 14);
}

TEST(HolidayCalendar, FindsTheNextDayOverTheTurnOfTheYear) {
  EXPECT_EQ(HolidayCalendar().next(day(2026, 12, 27), "DE"), (Holiday{day(2027, 1, 1), "New Year's Day"}));
}

TEST(HolidayCalendar, KnowsNothingOfOtherCountries) {
  for (const std::string_view country : {"", "BR", "de", "D", "DEU"}) {
    EXPECT_FALSE(HolidayCalendar().next(day(2026, 12, 24), country)) << country;
  }
}

TEST(HolidayCalendar, AddsOwnDaysForACountryOrForAll) {
  const auto calendar = HolidayCalendar::with_own_days(
      "\xEF\xBB\xBF"
      "name,country,date\r\n"
      "\"Sale, the big one\",,2026-11-27\r\n"
      "\"Day of \"\"Us\"\"\",DE,2026-12-25\r\n"
      "Black Friday,US,2026-11-27\n"
      "\n");
  ASSERT_TRUE(calendar) << calendar.error().message;
  EXPECT_EQ(name_on(day(2026, 11, 27), "DE", *calendar), "Sale, the big one");
  EXPECT_EQ(name_on(day(2026, 11, 27), "", *calendar), "Sale, the big one");
  EXPECT_EQ(name_on(day(2026, 12, 25), "DE", *calendar), "Day of \"Us\"");
  EXPECT_EQ(name_on(day(2026, 12, 25), "AT", *calendar), "Christmas Day");
  EXPECT_EQ(calendar->next(day(2026, 10, 4), "DE"), (Holiday{day(2026, 11, 27), "Sale, the big one"}));
}

TEST(HolidayCalendar, RefusesABrokenFileWithItsLine) {
  struct Row {
    const char* csv;
    const char* message;
  };
  for (const Row& row :
       std::vector<Row>{{"", "line 1: the columns"},
                        {"date,name\n", "line 1: the columns"},
                        {"date,name,country\n2026-02-30,x,\n", "line 2: '2026-02-30' is no date"},
                        {"date,name,country\n2026-2-3,x,\n", "line 2: '2026-2-3' is no date"},
                        {"date,name,country\n\n2026-02-03,x,de\n", "line 3: 'de' is no country"},
                        {"date,name,country\n2026-02-03,,DE\n", "line 2: the name is empty"},
                        {"date,name,country\n2026-02-03,x\n", "line 2: 2 cells instead of 3"},
                        {"date,name,country\n2026-02-03,\"x,DE\n", "line 2: a quoted cell"},
                        {"date,name,country\n2026-02-03,\"x\"y,DE\n", "line 2: a quoted cell"},
                        {"date,name,country\n2026-02-03,\xFF,DE\n", "not in UTF-8"}}) {
    const auto calendar = HolidayCalendar::with_own_days(row.csv);
    ASSERT_FALSE(calendar) << row.csv;
    EXPECT_THAT(calendar.error().message, HasSubstr(row.message));
    EXPECT_FALSE(calendar.error().hint.empty());
  }
}

TEST(HolidayCalendar, RefusesMoreDaysThanItsLimit) {
  std::string csv = "date,name,country\n";
  for (int i = 0; i <= 100'000; ++i) csv += "2026-01-02,x,\n";
  const auto calendar = HolidayCalendar::with_own_days(csv);
  ASSERT_FALSE(calendar);
  EXPECT_EQ(calendar.error().code, ErrorCode::ResourceLimit);
}

}  // namespace
}  // namespace splitplot::context
