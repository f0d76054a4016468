#include "pgwire/host.h"

#include <openssl/rand.h>

#include <filesystem>

#include "engine/shared_engine.h"

namespace cadenza::pgwire {

Result<std::unique_ptr<Host>> Host::Open(HostOptions options) {
  std::unique_ptr<Host> host(new Host(std::move(options)));
  CADENZA_ASSIGN(host->database_, query::Database::Open(host->options_.engine));
  CADENZA_TRY(MakeSystemCatalogue(&host->database_->engine()));
  CADENZA_ASSIGN(host->state_, host->database_->OpenLake(host->options_.lake));
  CADENZA_TRY(host->state_->BindAll());
  CADENZA_TRY(host->FenceIn());
  host->looked_ = std::chrono::steady_clock::now();
  return host;
}

/// The check of each statement's tree is the first fence, this the second: the engine itself opens
/// nothing but the files of the lake. A lake on S3 needs the engine's way to the network.
Status Host::FenceIn() {
  const std::string& lake = options_.lake;
  if (lake.starts_with("s3://")) return {};
  const std::string absolute = std::filesystem::absolute(lake).lexically_normal().string();
  return database_->engine().Execute(fmt::format(
      "SET GLOBAL allowed_directories = [{}, {}]; SET GLOBAL enable_external_access = false;",
      engine::QuoteText(lake), engine::QuoteText(absolute)));
}

Result<std::unique_ptr<engine::Engine>> Host::Connect() {
  CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine, engine::OpenBeside(&database_->engine()));
  CADENZA_TRY(
      engine->Execute("SET SESSION integer_division = true;"
                      "SET SESSION default_null_order = 'nulls_last_on_asc_first_on_desc';"
                      "SET SESSION scalar_subquery_error_on_multiple_rows = true;"));
  return engine;
}

Status Host::LookForRun() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < options_.look_interval) return {};
  looked_ = now;
  CADENZA_ASSIGN(std::shared_ptr<query::LakeState> newest, database_->Newest(state_));
  if (newest == state_) return {};
  CADENZA_TRY(newest->BindAll());
  state_ = std::move(newest);
  catalogues_.clear();
  return {};
}

Result<std::shared_ptr<const Catalogue>> Host::Current(const std::string& role) {
  const std::scoped_lock lock(runs_);
  CADENZA_TRY(LookForRun());
  std::shared_ptr<const Catalogue>& catalogue = catalogues_[role];
  if (catalogue) return catalogue;
  Catalogue::MayRead may_read;
  if (options_.may_read) {
    may_read = [&](const lake::Model& model) { return options_.may_read(role, model); };
  }
  CADENZA_ASSIGN(catalogue,
                 Catalogue::Make(&database_->engine(), state_, may_read, options_.database, role));
  return catalogue;
}

Host::Key Host::Register(std::function<void()> cancel) {
  const std::scoped_lock lock(keys_);
  Key key;
  key.process = next_process_++;
  RAND_bytes(reinterpret_cast<unsigned char*>(&key.secret), sizeof key.secret);
  registered_[key.process] = {key.secret, std::move(cancel)};
  return key;
}

void Host::Unregister(int32_t process) {
  const std::scoped_lock lock(keys_);
  registered_.erase(process);
}

void Host::Cancel(Key key) {
  const std::scoped_lock lock(keys_);
  const auto found = registered_.find(key.process);
  if (found != registered_.end() && found->second.secret == key.secret) found->second.cancel();
}

}  // namespace cadenza::pgwire
