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

json ExplainedJson(const IncidentState::Explained& span) {
  return {KindName(span.kind), span.from_ms, span.opened_ms, span.to_ms, span.confirmed_ms};
}

IncidentState::Explained ExplainedOf(const json& array) {
  IncidentState::Explained span;
  for (const AlertKind kind : {AlertKind::kSpike, AlertKind::kDrop, AlertKind::kMissing}) {
    if (array.at(0) == KindName(kind)) span.kind = kind;
  }
  span.from_ms = array.at(1);
  span.opened_ms = array.at(2);
  span.to_ms = array.at(3);
  span.confirmed_ms = array.at(4);
  return span;
}

}  // namespace

IncidentState::Incident& IncidentState::Of(AlertKind kind) {
  if (kind == AlertKind::kSpike) return spike;
  return kind == AlertKind::kDrop ? drop : missing;
}

std::string IncidentState::ToJson() const {
  json spans = json::array();
  for (const Explained& span : explained) spans.push_back(ExplainedJson(span));
  return json{{"spike", IncidentJson(spike)},
              {"drop", IncidentJson(drop)},
              {"missing", IncidentJson(missing)},
              {"explained", std::move(spans)}}
      .dump();
}

Result<IncidentState> IncidentState::FromJson(const std::string& text) {
  try {
    const json object = json::parse(text);
    IncidentState state;
    state.spike = IncidentOf(object.at("spike"));
    state.drop = IncidentOf(object.at("drop"));
    state.missing = IncidentOf(object.at("missing"));
    // States of before 0.2 have none.
    for (const json& span : object.value("explained", json::array())) {
      state.explained.push_back(ExplainedOf(span));
    }
    return state;
  } catch (const json::exception&) {
    return MakeError(ErrorKind::kInput, "not the state of a rule: {}", text);
  }
}

}  // namespace cadenza::alerts
