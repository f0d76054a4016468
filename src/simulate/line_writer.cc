#include "simulate/line_writer.h"

#include <charconv>

#include "simulate/json_piece.h"
#include "simulate/vocabulary.h"

namespace cadenza::simulate {
namespace {

// The order of the keys is that of the course's logs. Each piece ends where a number begins.

char* PutNumber(int64_t number, char* to) { return std::to_chars(to, to + 20, number).ptr; }

char* PutText(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

/// A name as the player sends it: what is not ASCII has mostly been through one encoding too many,
/// and a few have a stray space.
std::string AsPlayed(std::string_view name, Dice* dice) {
  std::string text(name);
  if (!IsAscii(name) && dice->Chance(0.85)) text = EncodedTwice(name);
  if (dice->Chance(0.001)) text = " " + text;
  return text;
}

}  // namespace

LineWriter::LineWriter(const World& world, std::span<const Listener> listeners)
    : world_(world),
      listeners_(listeners),
      nulls_(world.profile.nulls_present),
      tagged_(world.options.experiment.on != Experiment::On::kNothing) {
  MakeSongPieces();
  MakeListenerPieces();
  MakePagePieces();
}

void LineWriter::MakeSongPieces() {
  const auto& songs = world_.catalogue.songs();
  for (size_t i = 0; i < songs.size(); ++i) {
    Dice dice(world_.options.seed, Dice::Use::kCatalogue, i);
    const std::string artist = AsPlayed(world_.catalogue.artists()[songs[i].artist].name, &dice);
    artists_.Add("{\"artist\":" + Quoted(artist) + ",");
    lengths_.Add("\"length\":" + DecimalText(songs[i].duration) + ",");
    titles_.Add(",\"song\":" + Quoted(AsPlayed(songs[i].title, &dice)));
  }
  // The last one is for events without a song.
  artists_.Add(nulls_ ? "{\"artist\":null," : "{");
  lengths_.Add(nulls_ ? "\"length\":null," : "");
  titles_.Add(nulls_ ? ",\"song\":null" : "");
}

void LineWriter::MakeListenerPieces() {
  for (const FirstName& first : FirstNames()) {
    const std::string names =
        "\"firstName\":" + Quoted(first.name) + ",\"gender\":\"" + first.gender + "\"";
    for (const std::string_view auth : kAuthNames) {
      first_names_.Add("\"auth\":" + Quoted(auth) + "," + names + ",\"itemInSession\":");
    }
  }
  for (const std::string_view name : LastNames()) {
    last_names_.Add(",\"lastName\":" + Quoted(name) + ",");
  }
  for (const std::string_view place : world_.places) {
    for (const std::string_view level : kLevelNames) {
      places_.Add("\"level\":" + Quoted(level) + ",\"location\":" + Quoted(place) + ",\"method\":");
    }
  }
  for (const std::string_view agent : UserAgents()) {
    agents_.Add(",\"userAgent\":" + Quoted(agent) + ",\"userId\":");
  }
}

void LineWriter::MakePagePieces() {
  for (const PageFacts& page : kPageFacts) {
    const std::string known = Quoted(page.method) + ",\"page\":" + Quoted(page.name);
    pages_.Add(known + ",\"registration\":");
    statuses_.Add(",\"status\":" + std::to_string(page.status) + ",\"ts\":");
  }
}

char* LineWriter::Put(const Event& event, const LineForm& form, char* to) const {
  return event.auth == Auth::kLoggedOut || event.auth == Auth::kGuest ? PutVisitor(event, form, to)
                                                                      : PutMember(event, form, to);
}

char* LineWriter::PutMember(const Event& event, const LineForm& form, char* to) const {
  const Listener& x = listeners_[event.listener];
  const size_t song = event.song == kNoSong ? artists_.count() - 1 : event.song;
  const auto page = static_cast<size_t>(event.page);
  to = artists_.Put(song, to);
  to = first_names_.Put(size_t{x.first_name} * kAuthNames.size() + static_cast<size_t>(event.auth),
                        to);
  to = PutNumber(event.item, to);
  to = last_names_.Put(x.last_name, to);
  to = lengths_.Put(song, to);
  to = places_.Put(size_t{x.place} * 2 + static_cast<size_t>(event.level), to);
  to = pages_.Put(page, to);
  to = PutNumber(x.registered_ms, to);
  if (world_.profile.registration_float && !form.drifted) to = PutText(".0", to);
  to = PutText(",\"sessionId\":", to);
  to = PutNumber(event.session, to);
  to = titles_.Put(song, to);
  to = statuses_.Put(page, to);
  to = PutNumber(form.ts, to);
  if (tagged_) to = PutText(x.in_variant ? ",\"tag\":\"B\"" : ",\"tag\":\"A\"", to);
  if (form.drifted) to = PutText(",\"appVersion\":\"2.0.0\"", to);
  to = agents_.Put(x.user_agent, to);
  if (!form.drifted) *to++ = '"';
  to = PutNumber(UserId(event.listener), to);
  if (!form.drifted) *to++ = '"';
  *to++ = '}';
  return to;
}

char* LineWriter::PutVisitor(const Event& event, const LineForm& form, char* to) const {
  const PageFacts& page = FactsOf(event.page);
  to = artists_.Put(artists_.count() - 1, to);
  to = PutText("\"auth\":\"", to);
  to = PutText(kAuthNames[static_cast<size_t>(event.auth)], to);
  to = PutText(
      nulls_ ? "\",\"firstName\":null,\"gender\":null,\"itemInSession\":" : "\",\"itemInSession\":",
      to);
  to = PutNumber(event.item, to);
  to = PutText(nulls_ ? ",\"lastName\":null,\"length\":null,\"level\":\"" : ",\"level\":\"", to);
  to = PutText(kLevelNames[static_cast<size_t>(event.level)], to);
  to = PutText(nulls_ ? "\",\"location\":null,\"method\":\"" : "\",\"method\":\"", to);
  to = PutText(page.method, to);
  to = PutText("\",\"page\":\"", to);
  to = PutText(page.name, to);
  to = PutText(nulls_ ? "\",\"registration\":null,\"sessionId\":" : "\",\"sessionId\":", to);
  to = PutNumber(event.session, to);
  to = titles_.Put(titles_.count() - 1, to);
  to = statuses_.Put(static_cast<size_t>(event.page), to);
  to = PutNumber(form.ts, to);
  if (form.drifted) to = PutText(",\"appVersion\":\"2.0.0\"", to);
  return PutText(nulls_ ? ",\"userAgent\":null,\"userId\":\"\"}" : ",\"userId\":\"\"}", to);
}

}  // namespace cadenza::simulate
