#include "simulate/profile.h"

namespace cadenza::simulate {
namespace {

using enum Page;

std::vector<ChainRow> LoggedOut(double login, double strays) {
  return {
      {kHome,
       {{kLogin, login}, {kHome, 0.58 * strays}, {kAbout, 0.3 * strays}, {kHelp, 0.12 * strays}}},
      {kAbout, {{kLogin, 0.3}, {kHome, 0.15}, {kAbout, 0.05}}},
      {kHelp, {{kLogin, 0.2}, {kHelp, 0.3}}},
      // Login leads to Home, logged in: the behaviour does that.
  };
}

Profile Month() {
  Profile p;
  p.name = "month";
  p.sessions_per_day = {0.20, 0.27};
  p.rate_sigma = {0.75, 0.5};
  p.hours = {0.45, 0.53, 0.42, 0.35, 0.47, 0.66, 0.7,  0.62, 0.72, 1.08, 1.19, 1.23,
             1.14, 1.51, 1.73, 2.09, 2.0,  1.61, 1.61, 1.08, 0.99, 0.78, 0.53, 0.52};
  p.weekdays = {1.15, 1.15, 1.45, 0.93, 1.12, 0.65, 0.45};
  p.logged_in[0] = {
      {kNextSong,
       {{kNextSong, 0.505},
        {kLogout, 0.021},
        {kHome, 0.020},
        {kUpgrade, 0.012},
        {kHelp, 0.003},
        {kAbout, 0.002},
        {kSettings, 0.002},
        {kError, 0.001}}},
      {kHome,
       {{kNextSong, 0.540},
        {kSettings, 0.030},
        {kHome, 0.014},
        {kUpgrade, 0.011},
        {kLogout, 0.008},
        {kAbout, 0.003}}},
      {kAbout, {{kHome, 0.25}}},
      {kError, {{kNextSong, 0.4}}},
      {kHelp, {{kNextSong, 0.5}, {kHome, 0.17}}},
      {kSettings,
       {{kNextSong, 0.45}, {kSaveSettings, 0.15}, {kHome, 0.14}, {kHelp, 0.10}, {kSettings, 0.07}}},
      {kSaveSettings, {{kHome, 0.7}}},
      {kUpgrade, {{kHome, 0.39}, {kNextSong, 0.23}, {kUpgrade, 0.15}}},
      {kSubmitUpgrade, {{kHome, 1.0}}},
  };
  p.logged_in[1] = {
      {kNextSong,
       {{kNextSong, 0.923},
        {kHome, 0.021},
        {kLogout, 0.009},
        {kDowngrade, 0.009},
        {kSettings, 0.006},
        {kHelp, 0.005},
        {kAbout, 0.002},
        {kError, 0.001}}},
      {kHome,
       {{kNextSong, 0.861},
        {kSettings, 0.029},
        {kLogout, 0.022},
        {kDowngrade, 0.018},
        {kAbout, 0.004}}},
      {kAbout, {{kAbout, 0.22}, {kNextSong, 0.24}, {kHome, 0.18}}},
      {kDowngrade, {{kNextSong, 0.59}, {kHome, 0.17}, {kDowngrade, 0.05}}},
      {kError, {{kHome, 0.15}, {kNextSong, 0.25}}},
      {kHelp, {{kNextSong, 0.84}, {kDowngrade, 0.06}, {kHome, 0.03}, {kHelp, 0.03}}},
      {kSettings,
       {{kNextSong, 0.57},
        {kSaveSettings, 0.19},
        {kSettings, 0.07},
        {kLogout, 0.07},
        {kHome, 0.05},
        {kHelp, 0.05}}},
      {kSaveSettings, {{kHome, 1.0}}},
      {kSubmitDowngrade, {{kHome, 1.0}}},
  };
  p.logged_out = {LoggedOut(0.435, 0.25), LoggedOut(0.33, 0.25)};
  p.starts_with_song = {0.585, 0.61};
  p.to_song = {95, 1.35};
  p.to_home = {50, 1.7};
  p.to_other = {45, 1.6};
  p.length_quantiles = {16,  133, 156, 171, 181, 190, 197, 204, 210, 217, 222, 227, 233,
                        239, 243, 250, 258, 266, 274, 286, 300, 321, 355, 420, 1200};
  return p;
}

Profile Churn() {
  Profile p = Month();
  p.name = "churn";
  p.nulls_present = false;
  p.registration_float = false;
  p.feedback_pages = true;
  p.paid_share = 0.6;
  p.registered_days_before = 90;
  p.sessions_per_day = {0.16, 0.16};
  p.rate_sigma = {0.6, 0.6};
  p.logged_in[0] = {
      {kNextSong,
       {{kNextSong, 0.890},
        {kHome, 0.060},
        {kLogout, 0.017},
        {kUpgrade, 0.0095},
        {kHelp, 0.0065},
        {kSettings, 0.0055},
        {kAbout, 0.003},
        {kError, 0.001}}},
      {kHome,
       {{kNextSong, 0.93}, {kSettings, 0.01}, {kLogout, 0.02}, {kHelp, 0.01}, {kAbout, 0.005}}},
      {kAbout, {{kNextSong, 0.8}, {kHome, 0.15}}},
      {kError, {{kNextSong, 0.7}, {kHome, 0.25}}},
      {kHelp, {{kNextSong, 0.85}, {kHome, 0.1}}},
      {kSettings, {{kNextSong, 0.65}, {kSaveSettings, 0.2}, {kHome, 0.12}}},
      {kSaveSettings, {{kHome, 1.0}}},
      {kUpgrade, {{kHome, 0.35}, {kNextSong, 0.5}, {kUpgrade, 0.05}}},
      {kSubmitUpgrade, {{kHome, 1.0}}},
  };
  p.logged_in[1] = {
      {kNextSong,
       {{kNextSong, 0.900},
        {kHome, 0.055},
        {kLogout, 0.012},
        {kDowngrade, 0.010},
        {kHelp, 0.0065},
        {kSettings, 0.0055},
        {kAbout, 0.003},
        {kError, 0.001}}},
      {kHome,
       {{kNextSong, 0.93},
        {kSettings, 0.01},
        {kLogout, 0.02},
        {kHelp, 0.01},
        {kDowngrade, 0.01},
        {kAbout, 0.005}}},
      {kAbout, {{kNextSong, 0.8}, {kHome, 0.15}}},
      {kDowngrade, {{kNextSong, 0.8}, {kHome, 0.15}}},
      {kError, {{kNextSong, 0.7}, {kHome, 0.25}}},
      {kHelp, {{kNextSong, 0.85}, {kHome, 0.1}}},
      {kSettings, {{kNextSong, 0.65}, {kSaveSettings, 0.2}, {kHome, 0.12}}},
      {kSaveSettings, {{kHome, 1.0}}},
      {kSubmitDowngrade, {{kHome, 1.0}}},
  };
  p.logged_out = {LoggedOut(0.86, 0.12), LoggedOut(0.86, 0.12)};
  p.submits_upgrade = 0.32;
  p.submits_downgrade = 0.031;
  p.base_hazard = 0.0006;
  p.hazard_sigma = 0.9;
  p.advert_weight = 0.0006;
  p.bad_song_weight = 0.00024;
  return p;
}

constexpr Persona kPersonas[] = {
    {"casual", 0.55, 0.7, 0.65, 1.2, 0.30},
    {"regular", 0.30, 1.2, 1.5, 0.9, 0.20},
    {"devoted", 0.10, 1.9, 3.0, 0.5, 0.10},
    {"explorer", 0.05, 1.3, 1.2, 1.4, 0.65},
};

}  // namespace

const Profile* FindProfile(std::string_view name) {
  static const Profile month = Month();
  static const Profile churn = Churn();
  if (name == month.name) return &month;
  if (name == churn.name) return &churn;
  return nullptr;
}

std::span<const Persona> Personas() { return kPersonas; }

}  // namespace cadenza::simulate
