#include "alerts/incident_state.h"

#include <nlohmann/json.hpp>

namespace cadenza::alerts {
namespace {

using nlohmann::json;

json IncidentJson(const IncidentState::Incident& incident) {
  return {{"is_open", incident.is_open},
          {"opened_ms", incident.opened_ms},
          {"span_windows", incident.span_windows},
          {"clear_ms", incident.clear_ms}};
}

IncidentState::Incident IncidentOf(const json& object) {
  return {object.at("is_open").get<bool>(), object.at("opened_ms").get<int64_t>(),
          object.at("span_windows").get<int64_t>(), object.at("clear_ms").get<int64_t>()};
}

}  // namespace

IncidentState::Incident& IncidentState::Of(AlertKind kind) {
  if (kind == AlertKind::kSpike) return spike;
  return kind == AlertKind::kDrop ? drop : missing;
}

std::string IncidentState::ToJson() const {
  return json{{"spike", IncidentJson(spike)},
              {"drop", IncidentJson(drop)},
              {"missing", IncidentJson(missing)}}
      .dump();
}

Result<IncidentState> IncidentState::FromJson(const std::string& text) {
  try {
    const json object = json::parse(text);
    return IncidentState{IncidentOf(object.at("spike")), IncidentOf(object.at("drop")),
                         IncidentOf(object.at("missing"))};
  } catch (const json::exception&) {
    return MakeError(ErrorKind::kInput, "not the state of a rule: {}", text);
  }
}

}  // namespace cadenza::alerts
