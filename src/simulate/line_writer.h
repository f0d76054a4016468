#pragma once

#include <cstdint>
#include <span>

#include "simulate/event.h"
#include "simulate/listener.h"
#include "simulate/pieces.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// What deviates from the usual form of a line.
struct LineForm {
  bool drifted = false;  ///< the newer schema: one more key, userId and registration as integers
  int64_t ts = 0;        ///< as written: the event's, unless its unit is wrong
};

/// Events to the lines of a raw log. Thread-safe.
///
///   {"artist":null,"auth":"Logged In","firstName":"Ada","gender":"F","itemInSession":0, …
///    "registration":1540919166796.0,"sessionId":38, … "ts":1541105830796, … "userId":"39"}
class LineWriter {
 public:
  LineWriter(const World& world, std::span<const Listener> listeners);

  /// Room that Put needs at most.
  static constexpr size_t kLineBytesMax = 4096;
  /// Writes the line without its end; answers where it ends.
  char* Put(const Event& event, const LineForm& form, char* to) const;

  /// What users are called in logs and truth.
  static uint32_t UserId(uint32_t listener) { return listener + 2; }

 private:
  char* PutMember(const Event& event, const LineForm& form, char* to) const;
  char* PutVisitor(const Event& event, const LineForm& form, char* to) const;
  void MakeSongPieces();
  void MakeListenerPieces();
  void MakePagePieces();

  const World& world_;
  std::span<const Listener> listeners_;
  bool nulls_ = true;
  bool tagged_ = false;
  Pieces artists_;      // {"artist":"…"
  Pieces lengths_;      // 246.30812
  Pieces titles_;       // "song":"…",
  Pieces first_names_;  // "auth":"Logged In","firstName":"…","gender":"F","itemInSession":
  Pieces last_names_;
  Pieces places_;  // by level
  Pieces pages_;
  Pieces statuses_;
  Pieces agents_;
};

}  // namespace cadenza::simulate
