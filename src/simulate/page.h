#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cadenza::simulate {

/// What a listener does, as the logs name it.
enum class Page : uint8_t {
  kNextSong,
  kHome,
  kLogin,
  kLogout,
  kAbout,
  kHelp,
  kSettings,
  kSaveSettings,
  kUpgrade,
  kSubmitUpgrade,
  kDowngrade,
  kSubmitDowngrade,
  kError,
  kThumbsUp,
  kThumbsDown,
  kAddToPlaylist,
  kAddFriend,
  kRollAdvert,
  kCancel,
  kCancellationConfirmation,
  kRegister,
  kSubmitRegistration,
};
inline constexpr int kPages = 22;

struct PageFacts {
  std::string_view name;
  std::string_view method;
  int status;
};
inline constexpr std::array<PageFacts, kPages> kPageFacts = {{
    {"NextSong", "PUT", 200},    {"Home", "GET", 200},
    {"Login", "PUT", 307},       {"Logout", "PUT", 307},
    {"About", "GET", 200},       {"Help", "GET", 200},
    {"Settings", "GET", 200},    {"Save Settings", "PUT", 307},
    {"Upgrade", "GET", 200},     {"Submit Upgrade", "PUT", 307},
    {"Downgrade", "GET", 200},   {"Submit Downgrade", "PUT", 307},
    {"Error", "GET", 404},       {"Thumbs Up", "PUT", 307},
    {"Thumbs Down", "PUT", 307}, {"Add to Playlist", "PUT", 200},
    {"Add Friend", "PUT", 307},  {"Roll Advert", "GET", 200},
    {"Cancel", "PUT", 307},      {"Cancellation Confirmation", "GET", 200},
    {"Register", "GET", 200},    {"Submit Registration", "PUT", 307},
}};
inline const PageFacts& FactsOf(Page page) { return kPageFacts[static_cast<size_t>(page)]; }

enum class Auth : uint8_t { kLoggedIn, kLoggedOut, kGuest, kCancelled };
inline constexpr std::array<std::string_view, 4> kAuthNames = {"Logged In", "Logged Out", "Guest",
                                                               "Cancelled"};
enum class Level : uint8_t { kFree, kPaid };
inline constexpr std::array<std::string_view, 2> kLevelNames = {"free", "paid"};

}  // namespace cadenza::simulate
