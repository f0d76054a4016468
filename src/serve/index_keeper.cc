#include "serve/index_keeper.h"

namespace cadenza::serve {
namespace {

constexpr const char* kTables[] = {"customer_days", "customer_engagement", "paid_spans"};

}  // namespace

IndexKeeper::~IndexKeeper() {
  if (thread_.joinable()) thread_.join();
}

/// Empty when a table is not there.
IndexKeeper::Versions IndexKeeper::VersionsOf(const LoadedRun& run) {
  Versions versions;
  const auto& tables = run.lake->manifest().tables;
  for (const char* name : kTables) {
    const auto found = tables.find(name);
    if (found == tables.end()) return {};
    versions[name] = found->second.run;
  }
  versions["lakes_before"] = run.as_of.lakes_before;
  const auto sessions = tables.find("session_days");
  if (sessions != tables.end()) versions["session_days"] = sessions->second.run;
  return versions;
}

void IndexKeeper::Follow(std::shared_ptr<const LoadedRun> run) {
  Versions versions = VersionsOf(*run);
  {
    const std::lock_guard lock(mutex_);
    if (bytes_max_ == 0) why_ = "--index-memory is 0";
    if (versions.empty()) why_ = "there are no tables of customers (cadenza kpi makes them)";
    if (bytes_max_ == 0 || versions.empty() || versions == versions_) return;
  }
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([this, run = std::move(run), versions = std::move(versions)]() mutable {
    Make(std::move(run), std::move(versions));
  });
}

void IndexKeeper::Make(std::shared_ptr<const LoadedRun> run, Versions versions) {
  const auto build = [&]() -> Result<std::shared_ptr<const CustomerIndex>> {
    CADENZA_ASSIGN(const auto session, query::Session::Open(database_, run->lake, {}));
    return CustomerIndex::Build(session.get(), bytes_max_);
  };
  Result<std::shared_ptr<const CustomerIndex>> made = build();
  const std::lock_guard lock(mutex_);
  versions_ = std::move(versions);
  why_ = made.ok() ? "" : made.error().message;
  index_ = made.ok() ? std::move(*made) : nullptr;
}

std::shared_ptr<const CustomerIndex> IndexKeeper::IndexOf(const LoadedRun& run) const {
  const Versions versions = VersionsOf(run);
  const std::lock_guard lock(mutex_);
  return versions == versions_ ? index_ : nullptr;
}

std::string IndexKeeper::Why() const {
  const std::lock_guard lock(mutex_);
  return why_.empty() ? "the index is being made" : why_;
}

int64_t IndexKeeper::bytes() const {
  const std::lock_guard lock(mutex_);
  return index_ ? index_->bytes() : 0;
}

}  // namespace cadenza::serve
