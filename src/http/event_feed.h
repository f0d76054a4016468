#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace cadenza::http {

/// One server-sent event. The data are one line.
struct Event {
  std::string id;
  std::string name;
  std::string data;
};

/// Events for all who listen, of which the last ones are kept for those who come back. Thread-safe;
/// however many listen, an event is stored once.
class EventFeed {
 public:
  /// Behind everything that was published so far: where a new reader begins.
  int64_t end() const;
  /// Behind the event with this id; the end when it is not kept any more.
  int64_t After(const std::string& id) const;
  /// The events from there on, and where to go on. A reader that fell too far behind first gets an
  /// event `reset`: it has to ask for everything again.
  std::vector<Event> Since(int64_t* place) const;

  void Publish(Event event);
  /// A last event, after which the streams end.
  void Close(Event last);
  bool is_closed() const;

  /// `wake` is called, on the publisher's thread, whenever there is news.
  int64_t Subscribe(std::function<void()> wake);
  void Unsubscribe(int64_t subscription);
  size_t readers() const;

 private:
  static constexpr size_t kKept = 256;

  void WakeAll();

  mutable std::mutex mutex_;
  std::deque<Event> kept_;
  int64_t first_ = 0;  ///< place of the first kept event
  bool is_closed_ = false;
  int64_t subscriptions_made_ = 0;
  std::map<int64_t, std::function<void()>> wakes_;
};

/// "id: 7\nevent: run\ndata: {}\n\n"
std::string EventText(const Event& event);

}  // namespace cadenza::http
