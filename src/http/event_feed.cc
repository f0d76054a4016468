#include "http/event_feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace cadenza::http {

int64_t EventFeed::end() const {
  const std::lock_guard lock(mutex_);
  return first_ + static_cast<int64_t>(kept_.size());
}

int64_t EventFeed::After(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(kept_, id, &Event::id);
  const int64_t end = first_ + static_cast<int64_t>(kept_.size());
  return found == kept_.end() ? end : first_ + (found - kept_.begin()) + 1;
}

std::vector<Event> EventFeed::Since(int64_t* place) const {
  const std::lock_guard lock(mutex_);
  std::vector<Event> events;
  if (*place < first_) {
    events.push_back({.id = "", .name = "reset", .data = "{}"});
    *place = first_;
  }
  events.insert(events.end(), kept_.begin() + (*place - first_), kept_.end());
  *place = first_ + static_cast<int64_t>(kept_.size());
  return events;
}

void EventFeed::Publish(Event event) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(event));
  if (kept_.size() > kKept) {
    kept_.pop_front();
    ++first_;
  }
  WakeAll();
}

void EventFeed::Close(Event last) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return;
  kept_.push_back(std::move(last));
  is_closed_ = true;
  WakeAll();
}

bool EventFeed::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

int64_t EventFeed::Subscribe(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wakes_.emplace(++subscriptions_made_, std::move(wake));
  return subscriptions_made_;
}

void EventFeed::Unsubscribe(int64_t subscription) {
  const std::lock_guard lock(mutex_);
  wakes_.erase(subscription);
}

size_t EventFeed::readers() const {
  const std::lock_guard lock(mutex_);
  return wakes_.size();
}

void EventFeed::WakeAll() {
  for (const auto& [subscription, wake] : wakes_) wake();
}

std::string EventText(const Event& event) {
  std::string text;
  if (!event.id.empty()) text += fmt::format("id: {}\n", event.id);
  return text + fmt::format("event: {}\ndata: {}\n\n", event.name, event.data);
}

}  // namespace cadenza::http
