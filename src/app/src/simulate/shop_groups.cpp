#include "simulate/shop_groups.hpp"

namespace splitplot::app::simulate {

// clang-format off
const std::array<ShopGroup, kGroups> kShopGroups{{
    {.key = "bargain", .share = 0.24, .days_between_visits = 4, .comes_again = 0.66, .views_product = 0.88,
     .adds = 0.50, .checks_out = 0.60, .completes = 0.58, .contacts = 0.06, .log_amount = 3.30, .log_amount_spread = 0.45},
    {.key = "loyal", .share = 0.19, .days_between_visits = 3, .comes_again = 0.78, .views_product = 0.92,
     .adds = 0.55, .checks_out = 0.72, .completes = 0.78, .contacts = 0.03, .log_amount = 3.95, .log_amount_spread = 0.45},
    {.key = "gift", .share = 0.14, .days_between_visits = 8, .comes_again = 0.42, .views_product = 0.90,
     .adds = 0.48, .checks_out = 0.66, .completes = 0.68, .contacts = 0.08, .log_amount = 3.80, .log_amount_spread = 0.50},
    {.key = "browser", .share = 0.21, .days_between_visits = 2.5, .comes_again = 0.70, .views_product = 0.82,
     .adds = 0.28, .checks_out = 0.48, .completes = 0.52, .contacts = 0.04, .log_amount = 3.40, .log_amount_spread = 0.45},
    {.key = "business", .share = 0.09, .days_between_visits = 6, .comes_again = 0.60, .views_product = 0.94,
     .adds = 0.58, .checks_out = 0.76, .completes = 0.74, .contacts = 0.10, .log_amount = 4.70, .log_amount_spread = 0.60},
    {.key = "newcomer", .share = 0.13, .days_between_visits = 7, .comes_again = 0.45, .views_product = 0.84,
     .adds = 0.42, .checks_out = 0.58, .completes = 0.50, .contacts = 0.12, .log_amount = 3.50, .log_amount_spread = 0.50},
}};

const std::array<std::array<Effect, kBanners>, kGroups> kBannerEffects{{
    {{{}, {.adds = 1.25, .checks_out = 1.12, .amount = 0.97}}},  // bargain: what they came for
    {{{}, {}}},                                                  // loyal: ship free anyway
    {{{}, {.adds = 1.12, .checks_out = 1.06}}},                  // gift
    {{{}, {}}},                                                  // browser: look at anything, buy little
    {{{}, {.checks_out = 0.70}}},                                // business: a cheap look where they pay by invoice
    {{{}, {.adds = 1.08}}},                                      // newcomer
}};

const std::array<std::array<Effect, kFlows>, kGroups> kFlowEffects{{
    {{{}, {.completes = 1.08}, {}}},                                                  // bargain
    {{{}, {}, {.completes = 1.12}}},                                                  // loyal: address is known
    {{{}, {}, {.completes = 0.70, .contacts = 1.5}}},                                 // gift: cannot send to another address
    {{{}, {.completes = 1.10}, {}}},                                                  // browser
    {{{}, {.completes = 0.68, .contacts = 1.6}, {}}},                                 // business: no field for the VAT number
    {{{}, {.completes = 1.45, .contacts = 0.7}, {.completes = 1.08, .contacts = 1}}}, // newcomer
}};

const std::array<Kind, 3> kDevices{{{"mobile", 0.58}, {"desktop", 0.34}, {"tablet", 0.08}}};
const std::array<Kind, 4> kBrowsers{{{"Chrome", 0.56}, {"Safari", 0.24}, {"Firefox", 0.11}, {"Edge", 0.09}}};
const std::array<Kind, 6> kCountries{
    {{"DE", 0.38}, {"FR", 0.20}, {"NL", 0.14}, {"AT", 0.12}, {"IT", 0.10}, {"PL", 0.06}}};

const std::array<std::string_view, kCategories> kCategoryNames{"home", "garden", "toys", "office", "sale"};

const std::array<std::array<double, kCategories>, kGroups> kCategoryShares{{
    {0.15, 0.10, 0.10, 0.05, 0.60},
    {0.35, 0.30, 0.15, 0.10, 0.10},
    {0.20, 0.10, 0.55, 0.05, 0.10},
    {0.25, 0.25, 0.20, 0.10, 0.20},
    {0.05, 0.05, 0.00, 0.85, 0.05},
    {0.30, 0.20, 0.20, 0.10, 0.20},
}};

const std::array<double, 24> kHourFactors{0.45, 0.30, 0.22, 0.20, 0.22, 0.35, 0.60, 0.85, 0.95, 1.00, 1.05, 1.10,
                                          1.20, 1.15, 1.05, 1.05, 1.10, 1.25, 1.50, 1.75, 1.85, 1.70, 1.25, 0.80};
const std::array<double, 7> kWeekdayFactors{1.20, 1.00, 0.95, 0.95, 0.95, 0.90, 1.05};
// clang-format on

}  // namespace splitplot::app::simulate
