#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/message_text.h"

namespace cadenza::cli {

Progress::Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO)) {}

Progress::~Progress() {
  if (shown_) Show("");
}

void Progress::Show(const std::string& text) {
  std::fprintf(stderr, "\r\033[K%s", Shown(text).c_str());
  std::fflush(stderr);
}

void Progress::Stage(const std::string& name) {
  if (!shown_) return;
  const std::scoped_lock lock(mutex_);
  stage_ = name;
  stage_watch_ = Stopwatch();
  last_shown_ = -1;
  Show(name.empty() ? "" : name + " …");
}

void Progress::Bytes(int64_t done, int64_t all) {
  if (!shown_ || all <= 0) return;
  const std::scoped_lock lock(mutex_);
  const double seconds = stage_watch_.seconds();
  if (seconds - last_shown_ < 0.1 && done < all) return;
  last_shown_ = seconds;
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(all - done) / rate : 0;
  Show(fmt::format("{} {:3.0f} %  {:.0f} of {:.0f} MB  {:.0f} MB/s  {:.0f} s left", stage_,
                   100.0 * static_cast<double>(done) / static_cast<double>(all),
                   static_cast<double>(done) / 1e6, static_cast<double>(all) / 1e6, rate / 1e6,
                   left));
}

void Progress::Share(double share, const std::string& detail) {
  if (!shown_) return;
  const std::scoped_lock lock(mutex_);
  Show(fmt::format("{} {:3.0f} %  {}", stage_, 100 * share, detail));
}

void Progress::Clear() {
  if (!shown_) return;
  const std::scoped_lock lock(mutex_);
  Show("");
}

}  // namespace cadenza::cli
