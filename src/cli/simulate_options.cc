#include "cli/simulate_options.h"

#include "cli/flag_values.h"

namespace cadenza::cli {

Result<simulate::Incident> ParseIncident(const std::string& text) {
  const size_t at = text.find('@');
  const size_t slash = text.find('/');
  const size_t star = text.find('*');
  simulate::Incident incident;
  incident.kind = text.substr(0, at);
  const bool surge = incident.kind == "surge" && star != std::string::npos;
  const bool outage = incident.kind == "outage" && star == std::string::npos;
  incident.factor = 0;
  if ((surge || outage) && at < slash && slash < star &&
      (outage || (ReadNumber(text.substr(star + 1), &incident.factor) && incident.factor > 0))) {
    CADENZA_ASSIGN(incident.start_ms,
                   ParseMoment("--incident", text.substr(at + 1, slash - at - 1)));
    CADENZA_ASSIGN(const int64_t span,
                   ParseSpan("--incident", text.substr(slash + 1, star - slash - 1)));
    incident.end_ms = incident.start_ms + span;
    return incident;
  }
  return MakeError(ErrorKind::kUsage,
                   "--incident takes surge@2018-11-10T20:00/2h*5 or outage@2018-11-10T20:00/30m, "
                   "not: {}",
                   text);
}

Result<simulate::Experiment> ParseExperiment(const std::string& text) {
  const size_t star = text.find('*');
  const std::string on = text.substr(0, star);
  simulate::Experiment experiment;
  if (on == "adverts") experiment.on = simulate::Experiment::On::kAdverts;
  if (on == "discovery") experiment.on = simulate::Experiment::On::kDiscovery;
  if (experiment.on != simulate::Experiment::On::kNothing && star != std::string::npos &&
      ReadNumber(text.substr(star + 1), &experiment.factor)) {
    return experiment;
  }
  return MakeError(ErrorKind::kUsage, "--experiment takes adverts*0.5 or discovery*2, not: {}",
                   text);
}

}  // namespace cadenza::cli
