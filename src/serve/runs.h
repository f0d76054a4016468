#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"
#include "query/database.h"

namespace cadenza::serve {

/// What an answer says of the data that it stands on.
struct AsOf {
  int64_t run = 0;
  int64_t committed_ms = 0;
  std::optional<std::string> data_until;   ///< the newest day or time that the data tell of
  bool is_complete = false;                ///< the last day is whole
  std::optional<std::string> final_until;  ///< end of the last window that cannot change any more
  /// Lakes that stood at this place before, as far as was seen: one that is made anew begins with
  /// the same numbers of runs and versions. No answer tells it.
  int64_t lakes_before = 0;
};
/// {"run":…,"committed_at":…,"data_until":…,"is_complete":…,"final_until":…}
std::string AsOfJson(const AsOf& as_of);

/// The run that last changed a table; 0: none did.
int64_t RunOf(const lake::Manifest& manifest, const std::string& table);

/// A finished run as answers read it.
struct LoadedRun {
  std::shared_ptr<query::LakeState> lake;
  AsOf as_of;
};

/// The newest finished run of a lake, which a thread looks for, and for a while those before it, so
/// that the pages of a result are of one run. Thread-safe.
class Runs {
 public:
  static constexpr int kKeptSeconds = 300;
  /// Called on the thread that looks, after the change.
  using OnChange = std::function<void(const LoadedRun& before, const LoadedRun& now)>;

  /// Looks every so many seconds. The database must outlive the runs.
  static Result<std::unique_ptr<Runs>> Open(query::Database* database, const std::string& root,
                                            double look_seconds);
  ~Runs();
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  /// Before the looking begins.
  void Start(OnChange on_change);
  std::shared_ptr<const LoadedRun> newest() const;
  /// kNotFound for one that is gone: five minutes after the next, or after `forget`.
  Result<std::shared_ptr<const LoadedRun>> Find(int64_t run) const;
  /// Why the newest state could not be read, when the last look failed; else empty.
  std::string trouble() const;

 private:
  struct Replaced {
    std::shared_ptr<const LoadedRun> run;
    int64_t replaced_ms = 0;
  };
  Runs(query::Database* database, double look_seconds)
      : database_(database), look_seconds_(look_seconds) {}
  void Loop();
  Status Look();
  void Replace(std::shared_ptr<const LoadedRun> now);
  void DropOld();

  query::Database* database_;
  double look_seconds_;
  OnChange on_change_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::shared_ptr<const LoadedRun> newest_;
  std::list<Replaced> replaced_;
  std::string trouble_;
  std::thread thread_;
};

}  // namespace cadenza::serve
