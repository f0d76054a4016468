#include "storage/process_mark.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>

namespace cadenza {
namespace {

/// Numbers of processes mean something within one container of one machine that is up, no further.
std::string MachineMark() {
  std::string place;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), place);
  char link[64];
  const ssize_t size = ::readlink("/proc/self/ns/pid", link, sizeof link);
  if (size > 0) place.append(link, static_cast<size_t>(size));
  uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : place) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:08x}", hash);
}

const std::string& Machine() {
  static const std::string kMark = MachineMark();
  return kMark;
}

}  // namespace

const std::string& ProcessMark() {
  static const std::string kMark = fmt::format("{}-{}", Machine(), ::getpid());
  return kMark;
}

bool IsOfDeadProcess(std::string_view name) {
  const std::string mark = "-" + Machine() + "-";
  const size_t at = name.find(mark);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = name.substr(at + mark.size());
  int process = 0;
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), process);
  if (failure != std::errc() || process <= 0 || end == rest.data() + rest.size() || *end != '-') {
    return false;
  }
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace cadenza
