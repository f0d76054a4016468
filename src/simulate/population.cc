#include "simulate/population.h"

#include <algorithm>
#include <cmath>

#include "simulate/behaviour.h"
#include "simulate/hearing.h"
#include "simulate/vocabulary.h"

namespace cadenza::simulate {
namespace {

/// A few styles get most of the weight.
Taste MakeTaste(Dice* dice, uint8_t* max) {
  std::array<double, kStyles> weights{};
  double sum = 0;
  for (double& weight : weights) {
    weight = std::pow(dice->Exponential(), 3);
    sum += weight;
  }
  Taste taste;
  double so_far = 0;
  *max = 0;
  for (size_t style = 0; style < kStyles; ++style) {
    so_far += weights[style];
    taste.until[style] = static_cast<uint8_t>(std::lround(std::min(so_far / sum, 1.0) * 255));
    if (style == kStyles - 1) taste.until[style] = 255;
    *max = std::max(*max, static_cast<uint8_t>(taste.Weight(static_cast<int>(style))));
  }
  return taste;
}

uint8_t DrawPersona(Dice* dice) {
  double drawn = dice->Uniform();
  const auto personas = Personas();
  for (size_t i = 0; i + 1 < personas.size(); ++i) {
    if (drawn < personas[i].share) return static_cast<uint8_t>(i);
    drawn -= personas[i].share;
  }
  return static_cast<uint8_t>(personas.size() - 1);
}

/// Paid shares of the personas average to the profile's.
double PaidShare(const World& world, const Persona& persona) {
  double average = 0;
  for (const Persona& each : Personas()) average += each.share * each.paid_factor;
  return std::min(world.profile.paid_share * persona.paid_factor / average, 1.0);
}

void MakeDrives(const World& world, Listener* x, Dice* dice) {
  const Profile& profile = world.profile;
  const Persona& persona = Personas()[x->persona];
  const auto level = static_cast<size_t>(x->first_level);
  x->sessions_per_day = static_cast<float>(
      world.options.activity * persona.rate_factor *
      dice->LogNormal(profile.sessions_per_day[level], profile.rate_sigma[level]));
  x->exploration = static_cast<float>(persona.exploration * dice->Between(0.5, 1.5));
  x->advert_rate = static_cast<float>(profile.adverts);
  x->advert_weight = static_cast<float>(dice->LogNormal(profile.advert_weight, kWeightSigma));
  x->bad_song_weight = static_cast<float>(dice->LogNormal(profile.bad_song_weight, kWeightSigma));
  x->upgrade_propensity = static_cast<float>(dice->LogNormal(0.8, 0.6));
  x->downgrade_propensity = static_cast<float>(dice->LogNormal(0.8, 0.6));
  x->hazard.base =
      persona.hazard_factor * dice->LogNormal(profile.base_hazard, profile.hazard_sigma);
  x->hazard.threshold = dice->Exponential();
  x->in_variant = dice->Chance(0.5);
  const auto factor = static_cast<float>(x->in_variant ? world.options.experiment.factor : 1);
  if (world.options.experiment.on == Experiment::On::kAdverts) x->advert_rate *= factor;
  if (world.options.experiment.on == Experiment::On::kDiscovery) {
    x->exploration = std::min(x->exploration * factor, 1.0F);
  }
}

}  // namespace

Listener MakeListener(const World& world, uint32_t number, int64_t* next_ms) {
  const WorldOptions& options = world.options;
  Dice dice(options.seed, Dice::Use::kListenerMaking, number);
  Listener x;
  x.first_name = static_cast<uint16_t>(dice.Below(static_cast<uint32_t>(FirstNames().size())));
  x.last_name = static_cast<uint16_t>(dice.Below(static_cast<uint32_t>(LastNames().size())));
  x.place = static_cast<uint16_t>(dice.Below(static_cast<uint32_t>(world.places.size())));
  x.user_agent = static_cast<uint8_t>(dice.Below(static_cast<uint32_t>(UserAgents().size())));
  x.persona = DrawPersona(&dice);
  const bool later = number >= static_cast<uint32_t>(options.listeners);
  const bool pays = dice.Chance(PaidShare(world, Personas()[x.persona]));
  x.first_level = x.level = pays && !later ? Level::kPaid : Level::kFree;
  x.taste = MakeTaste(&dice, &x.taste_max);
  MakeDrives(world, &x, &dice);
  if (dice.Chance(options.clock_skew)) {
    // Seconds to a few hours off, either way.
    const double seconds = std::min(dice.LogNormal(300, 1.5), 20'000.0);
    x.clock_skew_seconds = static_cast<int32_t>(dice.Chance(0.5) ? seconds : -seconds);
  }
  if (options.has_scenes) {
    x.openness = static_cast<float>(dice.Uniform());
    ChooseFavourites(world.catalogue, &x, &dice);
  }
  x.dice = Dice(options.seed, Dice::Use::kListenerLife, number);
  if (later) {
    x.registered_ms = x.hazard.at_ms = *next_ms = world.RegisteredMs(number);
    x.felt.at_ms = x.hazard.at_ms;
    x.auth = Auth::kGuest;
    x.page = Page::kRegister;
    return x;
  }
  x.registered_ms = options.start_ms - static_cast<int64_t>(world.profile.registered_days_before *
                                                            dice.Uniform() * kDayMs);
  x.hazard.at_ms = x.felt.at_ms = options.start_ms;
  *next_ms = Behaviour::FirstSession(world, &x);
  return x;
}

}  // namespace cadenza::simulate
