// Who comes to the simulated shop and what moves them: six behavioural groups, and what each variant of the two
// experiments truly does to each of them. Constants; the model (shop_model.hpp) makes visits out of them.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace splitplot::app::simulate {

inline constexpr std::size_t kGroups = 6;
inline constexpr std::size_t kBanners = 2;
inline constexpr std::size_t kFlows = 3;

/// Base rates of a group. Probabilities are those of one visit, each given the one before it.
struct ShopGroup {
  std::string_view key;  ///< value of the trait `shopper`
  double share;
  double days_between_visits;
  double comes_again;        ///< probability of a further visit after each
  double views_product;      ///< probability that a visit gets to a product page
  double adds;               ///< puts something into the cart, having seen a product
  double checks_out;         ///< starts the checkout, having something in the cart
  double completes;          ///< orders, having started the checkout
  double contacts;           ///< asks for help, having started the checkout
  double log_amount;         ///< mean of the logarithm of an order's amount
  double log_amount_spread;  ///< its standard deviation
};

/// Factors on what a group does without the variant.
struct Effect {
  double adds = 1;
  double checks_out = 1;
  double completes = 1;
  double contacts = 1;
  double amount = 1;
};

/// An experiment of the shop, as far as the model knows it.
struct ShopExperiment {
  std::string_view key;
  std::string_view flag;
  std::string_view page;  ///< where it is met
};

inline constexpr std::array<std::string_view, kBanners> kBannerVariants{"control", "banner"};
inline constexpr std::array<std::string_view, kFlows> kFlowVariants{"control", "one-page", "express"};
inline constexpr std::array<std::string_view, 2> kAaVariants{"control", "copy"};

inline constexpr std::string_view kBannerExperiment = "free-shipping-banner";
inline constexpr std::string_view kFlowExperiment = "checkout-flow";
inline constexpr std::string_view kAaExperiment = "same-page-twice";

extern const std::array<ShopGroup, kGroups> kShopGroups;

/// What the free-shipping banner does, by group and variant; the control does nothing.
extern const std::array<std::array<Effect, kBanners>, kGroups> kBannerEffects;

/// What the checkout flow does, by group and variant.
extern const std::array<std::array<Effect, kFlows>, kGroups> kFlowEffects;

/// Something that visitors have, with its share.
struct Kind {
  std::string_view name;
  double share;
};

extern const std::array<Kind, 3> kDevices;
extern const std::array<Kind, 4> kBrowsers;
extern const std::array<Kind, 6> kCountries;

inline constexpr std::size_t kCategories = 5;
extern const std::array<std::string_view, kCategories> kCategoryNames;

/// How much a group browses each category; rows sum to 1.
extern const std::array<std::array<double, kCategories>, kGroups> kCategoryShares;

/// Traffic of an hour (UTC) and of a weekday (Sunday first), as factors on the mean.
extern const std::array<double, 24> kHourFactors;
extern const std::array<double, 7> kWeekdayFactors;

}  // namespace splitplot::app::simulate
