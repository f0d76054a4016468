#include "sources/time_unit.h"

#include <algorithm>
#include <array>
#include <map>

#include "decode/event_time.h"

namespace cadenza::sources {
namespace {

using decode::TimeUnit;

struct UnitSpec {
  TimeUnit unit;
  std::string_view name;
  int64_t per_second;
};
constexpr std::array<UnitSpec, 4> kUnits = {{{TimeUnit::kMilliseconds, "ms", 1'000},
                                             {TimeUnit::kSeconds, "s", 1},
                                             {TimeUnit::kMicroseconds, "us", 1'000'000},
                                             {TimeUnit::kNanoseconds, "ns", 1'000'000'000}}};

Result<std::vector<TimeUnit>> Guess(const std::vector<SourceFile>& files, engine::Engine* engine,
                                    const std::map<std::string, UnitTaken>& taken) {
  engine::EventScan scan;
  scan.files = files;
  scan.require_time = false;  // ts as it stands
  CADENZA_TRY(engine->BindEventScan("unit_lines", &scan));
  std::string counts;
  for (const UnitSpec& unit : kUnits) {
    counts +=
        fmt::format(", count(*) FILTER (ts_ms >= {} AND ts_ms < {})",
                    decode::kFirstSecond * unit.per_second, decode::kEndSecond * unit.per_second);
  }
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query("SELECT _file" + counts + " FROM unit_lines GROUP BY _file"));
  CADENZA_TRY(engine->Drop("unit_lines"));
  std::map<std::string, TimeUnit> by_file;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    size_t best = 0;
    for (size_t u = 1; u < kUnits.size(); ++u) {
      if (rows.Number(r, u + 1) > rows.Number(r, best + 1)) best = u;
    }
    const auto before = taken.find(rows.Text(r, 0));
    for (size_t u = 0; before != taken.end() && u < kUnits.size(); ++u) {
      if (kUnits[u].unit != before->second.unit) continue;
      if (before->second.lines > 0 && rows.Number(r, u + 1) >= before->second.lines) best = u;
    }
    by_file[rows.Text(r, 0)] = kUnits[best].unit;
  }
  std::vector<TimeUnit> units;
  for (const SourceFile& file : files) {
    const auto found = by_file.find(file.name);
    units.push_back(found == by_file.end() ? TimeUnit::kMilliseconds : found->second);
  }
  return units;
}

}  // namespace

int64_t UnitsASecond(TimeUnit unit) {
  return std::ranges::find(kUnits, unit, &UnitSpec::unit)->per_second;
}

std::string_view UnitName(TimeUnit unit) {
  return std::ranges::find(kUnits, unit, &UnitSpec::unit)->name;
}

std::optional<TimeUnit> UnitNamed(std::string_view name) {
  const auto found = std::ranges::find(kUnits, name, &UnitSpec::name);
  return found == kUnits.end() ? std::nullopt : std::optional(found->unit);
}

Result<std::vector<TimeUnit>> UnitsOf(const std::vector<SourceFile>& files,
                                      const std::string& setting, engine::Engine* engine,
                                      const std::map<std::string, UnitTaken>& taken) {
  std::vector<TimeUnit> units;
  if (setting == "auto") {
    CADENZA_ASSIGN(units, Guess(files, engine, taken));
  } else {
    const std::optional<TimeUnit> unit = UnitNamed(setting);
    if (!unit) {
      return MakeError(ErrorKind::kUsage, "not a unit of time (ms, s, us, ns, auto): {}", setting);
    }
    units.assign(files.size(), *unit);
  }
  for (size_t f = 0; f < files.size(); ++f) {
    if (files[f].has_instants) units[f] = TimeUnit::kMilliseconds;
  }
  return units;
}

}  // namespace cadenza::sources
