#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engagement/data_window.h"
#include "engine/engine.h"

namespace cadenza::engagement {

/// What the definitions of the KPIs leave open.
struct KpiSettings {
  /// yyyy-mm-dd, both inclusive, UTC. Empty: the last two calendar months with sessions, as the
  /// published KPIs have it; a service younger than that begins with its first month.
  std::string window_start, window_end;
  int64_t engaged_sessions = 80;  ///< distinct sessions in the window that make an engaged user
  /// Of a subscription that counts as paid, in any case; one without a status counts too.
  std::vector<std::string> paid_statuses = {"active", "trialing"};
  std::string free_word = "free";  ///< in any case: a type that contains it is not paid
  int64_t retention_days = 30;     ///< the largest N of retention
  int64_t stream_seconds = 30;     ///< a play of at least so long is a stream
  int64_t early_days = 14;         ///< of the window, from which the engaged are predicted
  int64_t top = 100;               ///< rows of top_songs and top_artists
  std::string zone = "UTC";        ///< whose days are those between subscriptions
};

/// The window, filled in from engagement_sessions and engagement_customers (which must be bound)
/// where it is not set; then the days that it was taken from are returned. kUsage when it ends
/// before it begins, kInput when there is nothing to take it from.
Result<std::optional<SoundDays>> ResolveWindow(engine::Engine* engine, KpiSettings* settings);

/// Binds kpi_settings (one row) and paid_statuses for the models. `first_paid_converts`: a paid
/// subscription that is the customer's first one is a conversion.
Status BindSettings(engine::Engine* engine, const KpiSettings& settings, bool first_paid_converts);

}  // namespace cadenza::engagement
