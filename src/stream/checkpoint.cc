#include "stream/checkpoint.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "storage/s3/address.h"

namespace cadenza::stream {
namespace {

using nlohmann::json;

Result<lake::TableState> Bind(lake::Lake* lake, const char* table, const char* relation) {
  CADENZA_ASSIGN(lake::TableState state, lake->Load(*lake->FindTable(table)));
  CADENZA_TRY(lake->engine().BindFiles(relation, state.Relation()));
  return state;
}

}  // namespace

std::string PlanToJson(const BatchPlan& plan) {
  json parts = json::array();
  for (const Part& part : plan.parts) {
    parts.push_back({{"name", part.name},
                     {"first", part.first},
                     {"end", part.end},
                     {"modified_ms", part.modified_ms}});
  }
  return json{{"batch", plan.batch},
              {"id", plan.id},
              {"flush", plan.flush},
              {"skip", plan.skip},
              {"parts", parts}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<BatchPlan> PlanFromJson(std::string_view text) {
  try {
    const json parsed = json::parse(text);
    BatchPlan plan;
    plan.batch = parsed.at("batch").get<int64_t>();
    plan.id = parsed.at("id").get<std::string>();
    plan.flush = parsed.at("flush").get<bool>();
    plan.skip = parsed.at("skip").get<bool>();
    for (const json& part : parsed.at("parts")) {
      plan.parts.push_back({part.at("name").get<std::string>(), part.at("first").get<int64_t>(),
                            part.at("end").get<int64_t>(), part.at("modified_ms").get<int64_t>()});
    }
    return plan;
  } catch (const json::exception& error) {
    return MakeError(ErrorKind::kInput, "not the plan of a batch: {}", error.what());
  }
}

Result<Checkpoint> Checkpoint::Open(lake::Lake* lake, const std::string& stream) {
  Checkpoint checkpoint(lake, stream);
  if (!s3::IsAddress(lake->root())) {
    const std::string folder = lake->root() + "/" + checkpoint.Name("");
    CADENZA_ASSIGN(checkpoint.lock_,
                   lake::FileLock::Take(folder + "lock", "the stream " + stream, {}));
  }
  CADENZA_ASSIGN(checkpoint.position_, checkpoint.ReadPosition());
  CADENZA_TRY(checkpoint.ReadTaken());
  return checkpoint;
}

std::string Checkpoint::Name(const std::string& file) const {
  return "_cadenza/streams/" + stream_ + "/" + file;
}

std::string Checkpoint::NameOf(int64_t batch) const {
  return Name(fmt::format("batches/{:020}.json", batch));
}

Result<StreamPosition> Checkpoint::ReadPosition() {
  CADENZA_TRY(Bind(lake_, "stream_batches", "stream_batches_before"));
  CADENZA_ASSIGN(const engine::RowSet last,
                 lake_->engine().Query(
                     fmt::format("SELECT batch, watermark_us, max_event_us, has_open_windows, "
                                 "flushed FROM stream_batches_before WHERE stream = {} ORDER "
                                 "BY batch DESC LIMIT 1",
                                 engine::QuoteText(stream_))));
  StreamPosition position;
  if (last.rows.empty()) return position;
  position.batch = last.Number(0, 0);
  position.watermark.us = last.Number(0, 1);
  if (last.rows[0][2]) position.watermark.max_event_us = last.Number(0, 2);
  position.has_open_windows = last.Text(0, 3) == "true";
  position.flushed = last.Text(0, 4) == "true";
  return position;
}

Status Checkpoint::ReadTaken() {
  CADENZA_TRY(Bind(lake_, "stream_files", "stream_files_before"));
  CADENZA_ASSIGN(
      const engine::RowSet files,
      lake_->engine().Query(fmt::format("SELECT _file, max(end_offset), arg_max(modified_ms, "
                                        "end_offset) FROM stream_files_before WHERE stream = {} "
                                        "GROUP BY _file",
                                        engine::QuoteText(stream_))));
  for (size_t r = 0; r < files.rows.size(); ++r) {
    taken_[files.Text(r)] = {files.Number(r, 1), files.Number(r, 2)};
  }
  return {};
}

Result<std::optional<std::string>> Checkpoint::Definition() {
  return lake_->store().Get(Name("definition.json"));
}

Result<std::string> Checkpoint::TextOrElse(const std::string& file, const std::string& text) {
  CADENZA_TRY(lake_->store().PutIfAbsent(Name(file), text));
  CADENZA_ASSIGN(const std::optional<std::string> stored, lake_->store().Get(Name(file)));
  if (!stored) return MakeError(ErrorKind::kIo, "vanished while being read: {}", Name(file));
  return *stored;
}

Result<std::string> Checkpoint::DefinitionOrElse(const std::string& definition) {
  return TextOrElse("definition.json", definition);
}

Result<std::vector<std::string>> Checkpoint::ColumnsOrElse(
    const std::vector<std::string>& columns) {
  constexpr const char* kFile = "columns.json";
  CADENZA_ASSIGN(
      const std::string text,
      TextOrElse(kFile, json(columns).dump(-1, ' ', false, json::error_handler_t::replace)));
  const json stored = json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  for (const json& column : stored) {
    if (column.is_string()) names.push_back(column.get<std::string>());
  }
  if (!stored.is_array() || names.size() != stored.size()) {
    return MakeError(ErrorKind::kInput, "{}/{}: not a list of columns: {}", lake_->root(),
                     Name(kFile), text);
  }
  return names;
}

Result<std::vector<DefinedStream>> DefinedStreams(lake::Lake* lake) {
  constexpr std::string_view kStreams = "_cadenza/streams";
  CADENZA_ASSIGN(const std::vector<ObjectInfo> objects, lake->store().List(kStreams));
  std::vector<DefinedStream> streams;
  for (const ObjectInfo& object : objects) {
    if (!object.name.ends_with("/definition.json")) continue;
    const std::string path = object.name.substr(kStreams.size() + 1);
    DefinedStream& stream = streams.emplace_back();
    stream.name = path.substr(0, path.find('/'));
    CADENZA_ASSIGN(const std::optional<std::string> text, lake->store().Get(object.name));
    const json stored = json::parse(text.value_or(""), nullptr, /*allow_exceptions=*/false);
    if (!stored.is_object()) continue;
    const auto text_of = [](const json& value) {
      return value.is_string() ? value.get<std::string>() : std::string();
    };
    stream.table = text_of(stored.value("table", json()));
    stream.key = text_of(stored.value("key", json()));
    for (const json& group : stored.value("group", json::array())) {
      stream.groups.push_back(text_of(group));
    }
  }
  return streams;
}

Status Checkpoint::CheckTableIsFree(const std::string& table) {
  CADENZA_ASSIGN(const std::vector<DefinedStream> streams, DefinedStreams(lake_));
  for (const DefinedStream& other : streams) {
    if (other.table != table) continue;
    return MakeError(
        ErrorKind::kUsage,
        "the table {} is written by the stream {}; give another --table to the stream {}", table,
        other.name, stream_);
  }
  return {};
}

bool Checkpoint::IsTaken(const Part& part) const { return taken_.contains(part.name); }

bool Checkpoint::HasChanged(const Part& part) const {
  const auto found = taken_.find(part.name);
  return found != taken_.end() &&
         (found->second.end != part.end || found->second.modified_ms != part.modified_ms);
}

std::optional<int64_t> Checkpoint::EndOf(const std::string& name) const {
  const auto found = taken_.find(name);
  if (found == taken_.end()) return std::nullopt;
  return found->second.end;
}

Result<std::optional<BatchPlan>> Checkpoint::Pending() {
  CADENZA_ASSIGN(const std::optional<std::string> text,
                 lake_->store().Get(NameOf(position_.batch + 1)));
  if (!text) return std::optional<BatchPlan>();
  Result<BatchPlan> plan = PlanFromJson(*text);
  if (plan.ok()) return std::optional<BatchPlan>(std::move(plan).value());
  return MakeError(ErrorKind::kInput, "{}/{}: {}", lake_->root(), NameOf(position_.batch + 1),
                   plan.error().message);
}

Status Checkpoint::Write(const BatchPlan& plan) {
  CADENZA_ASSIGN(const bool created,
                 lake_->store().PutIfAbsent(NameOf(plan.batch), PlanToJson(plan)));
  if (created) return {};
  return MakeError(ErrorKind::kConflict,
                   "another process runs the stream {}: it has begun batch {}", stream_,
                   plan.batch);
}

Status Checkpoint::Drop(const BatchPlan& plan) { return lake_->store().Remove(NameOf(plan.batch)); }

Status Checkpoint::GiveUp(const BatchPlan& plan) {
  CADENZA_TRY(Drop(plan));
  ObjectStore& store = lake_->store();
  if (position_.batch > 0) return {};
  for (const char* file : {"columns.json", "definition.json", "heartbeat.json"}) {
    static_cast<void>(store.Remove(Name(file)));
  }
  if (s3::IsAddress(lake_->root())) return {};
  std::error_code ignored;
  std::filesystem::remove(lake_->root() + "/" + Name("batches"), ignored);
  return {};
}

Status Checkpoint::CheckUnchanged() {
  CADENZA_ASSIGN(const StreamPosition found, ReadPosition());
  if (found.batch == position_.batch) return {};
  return MakeError(ErrorKind::kConflict,
                   "another process runs the stream {}: the lake has its batch {}, not {}", stream_,
                   found.batch, position_.batch);
}

void Checkpoint::Advance(const BatchPlan& plan, const StreamPosition& position) {
  position_ = position;
  for (const Part& part : plan.parts) taken_[part.name] = {part.end, part.modified_ms};
  // The table has what this plan said; the one that is left over says nothing that matters.
  static_cast<void>(lake_->store().Remove(NameOf(plan.batch)));
}

Status Checkpoint::Heartbeat(const std::string& json) {
  return lake_->store().Put(Name("heartbeat.json"), json);
}

}  // namespace cadenza::stream
