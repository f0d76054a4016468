#include "alerts/incident_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cadenza::alerts {
namespace {

using nlohmann::json;

json ToJson(const IncidentState::Incident& incident) {
  return {{"is_open", incident.is_open},
          {"opened_ms", incident.opened_ms},
          {"span_windows", incident.span_windows},
          {"clear_ms", incident.clear_ms},
          {"calm_windows", incident.calm_windows}};
}

json ToJson(const IncidentState::Explained& explained) {
  return {{"kind", static_cast<int>(explained.kind)},
          {"from_ms", explained.from_ms},
          {"end_ms", explained.end_ms},
          {"seen_ms", explained.seen_ms},
          {"until_ms", explained.until_ms},
          {"factor", explained.factor}};
}

IncidentState::Explained ExplainedOf(const json& object) {
  return {static_cast<AlertKind>(object.at("kind").get<int>()),
          object.at("from_ms").get<int64_t>(),
          object.at("end_ms").get<int64_t>(),
          object.at("seen_ms").get<int64_t>(),
          object.at("until_ms").get<int64_t>(),
          object.value("factor", 1.0)};
}

IncidentState::Incident IncidentOf(const json& object) {
  return {object.at("is_open").get<bool>(), object.at("opened_ms").get<int64_t>(),
          object.at("span_windows").get<int64_t>(), object.at("clear_ms").get<int64_t>(),
          object.value("calm_windows", int64_t{0})};
}

}  // namespace

IncidentState::Incident& IncidentState::Of(AlertKind kind) {
  if (kind == AlertKind::kSpike) return spike;
  return kind == AlertKind::kDrop ? drop : missing;
}

void IncidentState::Open(AlertKind kind, int64_t from_ms, int64_t seen_ms) {
  explained.push_back({kind, from_ms, INT64_MAX, seen_ms, INT64_MAX});
}

void IncidentState::Close(AlertKind kind, int64_t end_ms) {
  for (Explained& each : explained) {
    if (each.kind == kind && each.end_ms == INT64_MAX) each.end_ms = end_ms;
  }
}

void IncidentState::CloseAsStep(AlertKind kind, int64_t now_ms, double factor) {
  for (Explained& each : explained) {
    if (each.kind != kind || each.end_ms != INT64_MAX) continue;
    each.end_ms = each.until_ms = now_ms;
    each.factor = factor;
  }
}

bool IncidentState::Explains(int64_t window_ms, int64_t judged_ms) const {
  return std::ranges::any_of(explained, [&](const Explained& each) {
    return each.seen_ms < judged_ms && judged_ms <= each.until_ms && each.from_ms <= window_ms &&
           window_ms < each.end_ms;
  });
}

double IncidentState::FactorBefore(int64_t window_ms, int64_t judged_ms) const {
  double factor = 1;
  for (const Explained& each : explained) {
    if (each.until_ms < judged_ms && window_ms < each.from_ms) factor *= each.factor;
  }
  return factor;
}

bool IncidentState::HasStep(int64_t judged_ms) const {
  return std::ranges::any_of(explained,
                             [&](const Explained& each) { return each.until_ms < judged_ms; });
}

void IncidentState::Forget(int64_t before_ms) {
  std::erase_if(explained, [&](const Explained& each) { return each.end_ms < before_ms; });
}

std::string IncidentState::ToJson() const {
  json list = json::array();
  for (const Explained& each : explained) list.push_back(alerts::ToJson(each));
  return json{{"spike", alerts::ToJson(spike)},
              {"drop", alerts::ToJson(drop)},
              {"missing", alerts::ToJson(missing)},
              {"explained", list}}
      .dump();
}

Result<IncidentState> IncidentState::FromJson(const std::string& text) {
  try {
    const json object = json::parse(text);
    IncidentState state{IncidentOf(object.at("spike")),
                        IncidentOf(object.at("drop")),
                        IncidentOf(object.at("missing")),
                        {}};
    for (const json& each : object.value("explained", json::array())) {
      state.explained.push_back(ExplainedOf(each));
    }
    return state;
  } catch (const json::exception&) {
    return MakeError(ErrorKind::kInput, "not the state of a rule: {}", text);
  }
}

}  // namespace cadenza::alerts
