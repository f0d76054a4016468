#include "serve/query_process.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "arrow/c_data.h"
#include "engine/sql_text.h"
#include "query/session.h"
#include "serve/frame.h"
#include "serve/result_text.h"
#include "serve/statement_text.h"
#include "serve/users.h"

namespace cadenza::serve {
namespace {

using Json = nlohmann::json;

constexpr size_t kPieceBytes = 1 << 16;
constexpr int64_t kAddressSpaceBeside = int64_t{6} << 30;  // threads, libraries, mapped files

/// Everything as text, by the engine's own casts.
constexpr const char* kAsTexts = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (";

/// The state of the lake that all questions of a process share.
class SharedLake {
 public:
  SharedLake(query::Database* database, std::shared_ptr<query::LakeState> state)
      : database_(database), state_(std::move(state)) {}

  /// kConflict when another run is the newest.
  Result<std::shared_ptr<query::LakeState>> Of(int64_t run) {
    const std::lock_guard lock(mutex_);
    if (state_->manifest().run != run) {
      CADENZA_ASSIGN(state_, database_->Newest(state_));
    }
    if (state_->manifest().run == run) return state_;
    return MakeError(ErrorKind::kConflict, "the lake has gone on to run {}",
                     state_->manifest().run);
  }

 private:
  query::Database* database_;
  std::mutex mutex_;
  std::shared_ptr<query::LakeState> state_;
};

/// Collects the bytes of a result into pieces and sends them.
class PieceWriter {
 public:
  PieceWriter(int socket, int64_t bytes_max) : socket_(socket), bytes_max_(bytes_max) {}

  Status Write(std::string_view bytes) {
    bytes_ += static_cast<int64_t>(bytes.size());
    if (bytes_ > bytes_max_) {
      return MakeError(ErrorKind::kUsage, "the result has more than {} bytes, the limit",
                       bytes_max_);
    }
    piece_ += bytes;
    return piece_.size() < kPieceBytes ? Status() : Flush();
  }
  Status Flush() {
    for (size_t at = 0; at < piece_.size(); at += kFrameBytesMax) {
      CADENZA_TRY(
          WriteFrame(socket_, Frame::kPiece, std::string_view(piece_).substr(at, kFrameBytesMax)));
    }
    piece_.clear();
    return {};
  }

 private:
  int socket_;
  int64_t bytes_max_, bytes_ = 0;
  std::string piece_;
};

/// A batch of columns that are texts.
class TextBatch {
 public:
  explicit TextBatch(const ArrowArray& rows) : rows_(rows) {}

  std::vector<std::optional<std::string>> Row(int64_t row) const {
    std::vector<std::optional<std::string>> values;
    for (int64_t c = 0; c < rows_.n_children; ++c) values.push_back(Value(*rows_.children[c], row));
    return values;
  }

 private:
  static std::optional<std::string> Value(const ArrowArray& column, int64_t row) {
    const int64_t at = row + column.offset;
    const auto* valid = static_cast<const uint8_t*>(column.buffers[0]);
    if (valid && (valid[at / 8] >> (at % 8) & 1) == 0) return std::nullopt;
    const auto* offsets = static_cast<const int32_t*>(column.buffers[1]);
    const auto* bytes = static_cast<const char*>(column.buffers[2]);
    return std::string(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
  }

  const ArrowArray& rows_;
};

/// True when the server has said something while a query runs: that nobody waits for it.
bool HasStop(int socket) {
  char head = 0;
  const ssize_t got = ::recv(socket, &head, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got == 1 && head == Frame::kStop);
}

/// Answers one question.
class Answering {
 public:
  Answering(query::Database* database, SharedLake* lake, int socket, const Json& question,
            bool without_function_list)
      : database_(database),
        lake_(lake),
        socket_(socket),
        question_(question),
        without_function_list_(without_function_list),
        pieces_(socket, question.at("bytes").get<int64_t>()) {}

  Status Answer() {
    CADENZA_ASSIGN(
        sql_, WithParameters(question_.at("sql").get<std::string>(), question_.at("parameters")));
    const engine::SqlText text(sql_);
    if (text.IsWord(0, "explain") && text.IsWord(1, "analyze")) {
      return MakeError(ErrorKind::kUsage, "explain analyze runs the statement; explain does not");
    }
    CADENZA_ASSIGN(auto state, lake_->Of(question_.at("run").get<int64_t>()));
    CADENZA_ASSIGN(session_, query::Session::Open(database_, std::move(state), Options()));
    const std::string format = question_.at("format").get<std::string>();
    if (text.IsWord(0, "explain")) return Plan(format);
    return format == "arrow" ? Arrow() : Texts(format);
  }
  const std::string& sql() const { return sql_; }
  /// Where the engine's parser stumbles, if it does.
  std::optional<int64_t> SyntaxFault() const {
    if (!session_) return std::nullopt;
    const auto rows =
        session_->engine().Query("SELECT json_serialize_sql(" + engine::QuoteText(sql_) + ")");
    if (!rows.ok()) return std::nullopt;
    const Json tree = Json::parse(rows->Text(), nullptr, false);
    if (!tree.is_object() || !tree.contains("position")) return std::nullopt;
    const std::string position = tree["position"].is_string() ? tree["position"] : "";
    return position.empty() ? std::nullopt
                            : std::optional(std::strtoll(position.c_str(), nullptr, 10));
  }

 private:
  query::SessionOptions Options() const {
    query::SessionOptions options;
    options.limits.seconds = question_.at("seconds").get<double>();
    options.limits.rows = question_.at("rows").get<int64_t>();
    options.stop = [socket = socket_] { return HasStop(socket); };
    if (without_function_list_) {
      options.raw_files = true;
      return options;
    }
    const std::string role = question_.at("role").get<std::string>();
    options.may_read = [role](const lake::Model& table) {
      const Result<Role> known = ParseRole(role);
      return MayRead(known.ok() ? *known : Role::kOwner, table);
    };
    return options;
  }

  Status Begin() const { return WriteFrame(socket_, Frame::kBegin, ""); }
  Status End(bool is_cut) {
    CADENZA_TRY(pieces_.Flush());
    return WriteFrame(socket_, Frame::kEnd, Json{{"rows", rows_}, {"is_cut", is_cut}}.dump());
  }
  /// Only JSON has a place to say that rows are missing.
  Status CheckWhole(bool is_cut) const {
    if (!is_cut) return {};
    return MakeError(ErrorKind::kUsage, "the result has more than {} rows, the limit",
                     question_.at("rows").get<int64_t>());
  }

  Status Plan(const std::string& format) {
    if (format == "arrow") return MakeError(ErrorKind::kUsage, "a plan (explain) is no Arrow");
    CADENZA_ASSIGN(const query::Answer plan, session_->Query(sql_));
    ResultText text(format, question_.at("as_of").dump(), {{"plan", "VARCHAR"}});
    CADENZA_TRY(Begin());
    CADENZA_TRY(pieces_.Write(text.Begin()));
    for (const auto& row : plan.rows.rows) {
      ++rows_;
      CADENZA_TRY(pieces_.Write(text.Row({row.back()})));
    }
    CADENZA_TRY(pieces_.Write(text.End(false)));
    return End(false);
  }

  Status Arrow() {
    const query::Sink sink = [this, begun = false](std::string_view bytes) mutable -> Status {
      if (!begun) CADENZA_TRY(Begin());
      begun = true;
      return pieces_.Write(bytes);
    };
    CADENZA_ASSIGN(const bool is_cut, session_->Export(sql_, "arrow", sink));
    CADENZA_TRY(CheckWhole(is_cut));
    return End(false);
  }

  Status Texts(const std::string& format) {
    CADENZA_ASSIGN(auto columns, session_->Columns(sql_));
    ResultText text(format, question_.at("as_of").dump(), std::move(columns));
    const std::string select = kAsTexts + sql_ + "\n)";
    CADENZA_ASSIGN(
        const bool is_cut,
        session_->Arrow(select,
                        {.columns = [&](const ArrowSchema&) -> Status {
                           CADENZA_TRY(Begin());
                           return pieces_.Write(text.Begin());
                         },
                         .rows = [&](const ArrowArray& rows) { return Rows(rows, &text); }}));
    if (format != "json") CADENZA_TRY(CheckWhole(is_cut));
    CADENZA_TRY(pieces_.Write(text.End(is_cut)));
    return End(is_cut);
  }

  Status Rows(const ArrowArray& rows, ResultText* text) {
    const TextBatch batch(rows);
    for (int64_t r = 0; r < rows.length; ++r, ++rows_) {
      CADENZA_TRY(pieces_.Write(text->Row(batch.Row(r))));
    }
    return {};
  }

  query::Database* database_;
  SharedLake* lake_;
  int socket_;
  const Json& question_;
  bool without_function_list_;
  std::string sql_;
  std::unique_ptr<query::Session> session_;
  PieceWriter pieces_;
  int64_t rows_ = 0;
};

Status SendFailure(int socket, const Error& error, const Answering& answering) {
  const std::string& sql = answering.sql();
  Json failure = {{"kind", static_cast<int>(error.kind)},
                  {"message", WithoutLines(error.message)},
                  {"position", nullptr}};
  const std::string wrapped = kAsTexts + sql + "\n)";
  if (const auto position = PositionIn(error.message, wrapped)) {
    const auto before = static_cast<int64_t>(std::string_view(kAsTexts).size());
    failure["position"] = std::max<int64_t>(0, *position - before);
  } else if (const auto name = MissingNameIn(error.message, sql)) {
    failure["position"] = *name;
  } else if (const auto fault = answering.SyntaxFault()) {
    failure["position"] = *fault;
  }
  return WriteFrame(socket, Frame::kFailure,
                    failure.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// One query after the other, until the server has gone.
void AnswerAll(query::Database* database, SharedLake* lake, int socket,
               bool without_function_list) {
  while (true) {
    Result<Frame> frame = ReadFrame(socket);
    if (!frame.ok()) return;
    if (frame->type != Frame::kQuestion) continue;
    const Json question = Json::parse(frame->bytes, nullptr, false);
    if (question.is_discarded()) return;
    Answering answering(database, lake, socket, question, without_function_list);
    const Status answered = answering.Answer();
    if (answered.ok()) continue;
    if (!SendFailure(socket, answered.error(), answering).ok()) return;
  }
}

/// The folders of the lake that hold tables.
constexpr const char* kTableFolders[] = {"bronze", "silver", "gold", "ops"};

Status FenceEngine(const QueryProcessOptions& options, engine::Engine* engine) {
  if (options.lake.starts_with("s3://")) {
    CADENZA_TRY(engine->ReachS3());
  }
  std::string folders = engine::QuoteText(options.spill_folder + "/");
  for (const char* folder : kTableFolders) {
    folders += ", " + engine::QuoteText(fmt::format("{}/{}/", options.lake, folder));
  }
  return engine->Execute(fmt::format(
      "SET GLOBAL allowed_directories = [{}]; SET GLOBAL enable_external_access = false; "
      "SET GLOBAL lock_configuration = true",
      folders));
}

Enclosure EnclosureOf(const QueryProcessOptions& options) {
  Enclosure enclosure;
  enclosure.spill_folder = options.spill_folder;
  enclosure.address_space_bytes = options.engine.memory_bytes + kAddressSpaceBeside;
  enclosure.without_landlock = options.without_landlock;
  enclosure.without_call_filter = options.without_call_filter;
  enclosure.may_connect = options.lake.starts_with("s3://");
  if (enclosure.may_connect) {
    // Names are looked up, certificates are read, and the engine's part for S3 is loaded.
    enclosure.read_folders = {"/etc", "/usr", "/lib", "/lib64", "/proc", "/sys"};
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    enclosure.read_folders.push_back(program.parent_path().parent_path());
  } else {
    // The engine asks there for the memory and cores that it may have, and cannot be refused.
    enclosure.read_folders = {"/proc/self/cgroup", "/sys/fs/cgroup"};
    for (const char* folder : kTableFolders) {
      enclosure.read_folders.push_back(options.lake + "/" + folder);
    }
    enclosure.read_folders.push_back(options.lake + "/_cadenza/runs");
  }
  return enclosure;
}

}  // namespace

Status RunQueryProcess(const QueryProcessOptions& options) {
  ::setenv("TMPDIR", options.spill_folder.c_str(), 1);
  CADENZA_TRY(Enclose(EnclosureOf(options)));
  engine::DuckDbOptions engine_options = options.engine;
  engine_options.spill_folder = options.spill_folder;
  CADENZA_ASSIGN(const auto database, query::Database::Open(engine_options));
  if (!options.without_engine_fence) CADENZA_TRY(FenceEngine(options, &database->engine()));
  CADENZA_ASSIGN(auto state, database->OpenLake(options.lake));
  SharedLake lake(database.get(), std::move(state));
  std::vector<std::thread> threads;
  for (int at = 0; at < options.sockets; ++at) {
    threads.emplace_back([&, socket = options.first_socket + at] {
      AnswerAll(database.get(), &lake, socket, options.without_function_list);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return {};
}

}  // namespace cadenza::serve
