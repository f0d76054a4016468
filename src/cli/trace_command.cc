#include <unistd.h>

#include <algorithm>
#include <optional>

#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/s3_flags.h"
#include "decode/event_decoder.h"
#include "decode/event_time.h"
#include "query/lake_tables.h"
#include "storage/source_file.h"

namespace cadenza::cli {
namespace {

constexpr const char* kTraceExamples = R"help(Examples:
  cadenza trace --lake lake songplays c15d4c62e4638011f04db3455afa9b12
      the line of the log behind a play, with its file and byte offset)help";

/// Where the table of a file begins: above the folders that say values of its rows.
std::string RootOf(const std::string& path) {
  size_t end = path.size();
  for (size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;) {
    const size_t above = path.rfind('/', slash - 1);
    const size_t folder = above == std::string::npos ? 0 : above + 1;
    if (path.substr(folder, slash - folder).find('=') == std::string::npos) break;
    end = folder == 0 ? 0 : folder - 1;
    slash = above;
  }
  return path.substr(0, end);
}

/// The source file of a `_file` value, if it is still there, as it comes from this folder or file.
Result<SourceFile> FindSource(const std::string& name, const std::string& root,
                              engine::Engine* engine, const std::shared_ptr<s3::Client>& s3) {
  CADENZA_ASSIGN(SourceListing listing, ListSources(root, s3));
  for (SourceFile& file : listing.files) {
    if (file.name != name) continue;
    if (file.is_table()) CADENZA_TRY(engine->OpenTable(&file, ""));
    return std::move(file);
  }
  return MakeError(ErrorKind::kNotFound, "no such file: {}", name);
}

Result<size_t> ReadPlain(const SourceFile& file, int64_t offset, std::string* line) {
  CADENZA_ASSIGN(const std::shared_ptr<ByteRange> range, OpenRange(file));
  return range->ReadAt(offset, line->data(), line->size());
}

/// What is compressed has to be read from its beginning.
Result<size_t> ReadPacked(const SourceFile& file, int64_t offset, std::string* line) {
  CADENZA_ASSIGN(std::unique_ptr<ByteStream> stream, OpenStream(file));
  std::string skipped(1 << 16, '\0');
  while (offset > 0) {
    const size_t wanted = std::min<size_t>(skipped.size(), static_cast<size_t>(offset));
    CADENZA_ASSIGN(const size_t got, stream->Read(skipped.data(), wanted));
    if (got == 0) return MakeError(ErrorKind::kInput, "the file is shorter now: {}", file.name);
    offset -= static_cast<int64_t>(got);
  }
  size_t used = 0;
  while (used < line->size()) {
    CADENZA_ASSIGN(const size_t got, stream->Read(line->data() + used, line->size() - used));
    if (got == 0) break;
    used += got;
  }
  return used;
}

Result<std::string> ReadLine(const SourceFile& file, int64_t offset, int64_t length) {
  std::string line(static_cast<size_t>(length), '\0');
  const bool plain = file.compression == Compression::kNone;
  CADENZA_ASSIGN(const size_t used,
                 plain ? ReadPlain(file, offset, &line) : ReadPacked(file, offset, &line));
  if (used == 0) return MakeError(ErrorKind::kInput, "the file is shorter now: {}", file.name);
  line.resize(used);
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  return line;
}

/// Of one column of the event, NULL as nothing.
std::optional<std::string> ValueOf(const engine::RowSet& event, std::string_view column) {
  const auto found = std::ranges::find(event.columns, column, &engine::Column::name);
  if (found == event.columns.end()) return std::nullopt;
  return event.rows[0][static_cast<size_t>(found - event.columns.begin())];
}

/// A time can be of any unit, and a text that names one may need a zone that nobody knows here.
bool MayBeTime(int64_t given, const std::optional<std::string>& ts_ms) {
  using decode::TimeUnit;
  const auto units = {TimeUnit::kMilliseconds, TimeUnit::kSeconds, TimeUnit::kMicroseconds,
                      TimeUnit::kNanoseconds};
  return std::ranges::any_of(units, [&](TimeUnit unit) {
    const std::optional<int64_t> ms = decode::ToMilliseconds(given, unit);
    return ms && std::to_string(*ms) == ts_ms;
  });
}

/// Whether the line tells of the event: its natural key, and what was played.
bool TellsOf(const std::string& line, const engine::RowSet& event) {
  using decode::EventColumn;
  std::string padded = line + "\n";
  const size_t size = padded.size();
  padded.append(decode::kPadding, '\0');
  decode::EventDecoder decoder({.require_time = false});
  decode::LineCounts counts;
  decoder.Begin({std::string_view(padded).substr(0, size), 0}, &counts);
  decode::EventRow row;
  if (!decoder.Next(&row) || row.reason != decode::Reason::kNone) return false;
  const auto is_same = [&](EventColumn column) {
    const auto c = static_cast<size_t>(column);
    const decode::ColumnSpec& spec = decode::kEventColumns[c];
    const std::optional<std::string> stored = ValueOf(event, spec.name);
    if ((row.present >> c & 1U) == 0) return !stored;
    return stored == (spec.type == decode::ColumnType::kText ? std::string(row.text[c])
                                                             : std::to_string(row.integer[c]));
  };
  const auto ts = static_cast<size_t>(EventColumn::kTsMs);
  const bool has_time = (row.present >> ts & 1U) != 0;
  if (has_time && !MayBeTime(row.integer[ts], ValueOf(event, "ts_ms"))) return false;
  return is_same(EventColumn::kUserId) && is_same(EventColumn::kSessionId) &&
         is_same(EventColumn::kItemInSession) && is_same(EventColumn::kPage) &&
         is_same(EventColumn::kSong) && is_same(EventColumn::kArtist);
}

class TraceCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kTraceExamples);
    app->add_option("table", table_, "songplays")->required();
    app->add_option("id", id_, "songplay_id")->required();
    app->add_option("--lake", root_, "the lake, as made by etl --out")
        ->type_name("FOLDER REQUIRED");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, {}));
    if (table_ != "songplays" && table_ != "silver.songplays") {
      return MakeError(ErrorKind::kUsage, "trace knows songplays only, not: {}", table_);
    }
    engine::DuckDbOptions options;
    options.s3 = s3_.MakeClient();
    CADENZA_ASSIGN(engine_, engine::OpenDuckDb(options));
    CADENZA_ASSIGN(lake::Lake lake, query::OpenExistingLake(root_, engine_.get(), options.s3));
    CADENZA_ASSIGN(const engine::RowSet event, FindEvent(&lake));
    const std::string file = event.Text(0, 0);
    PrintError("{} at byte {}\n", file, event.Number(0, 1));
    const std::string container = file.substr(0, file.rfind('!'));
    Error reason{ErrorKind::kNotFound, ""};
    // A file of a table has the values of its folders where it came as a part of that table.
    for (const std::string& root : {RootOf(container), container}) {
      Result<std::string> line = LineFrom(root, event, options.s3);
      if (line.ok() && TellsOf(*line, event)) {
        fmt::print("{}\n", isatty(STDOUT_FILENO) ? Shown(*line) : *line);
        return kExitDone;
      }
      reason = line.ok() ? Error{ErrorKind::kInput,
                                 "the file has changed since, another line stands there now"}
                         : line.error();
    }
    PrintError("the raw line cannot be read ({}); the stored event:\n", reason.message);
    for (size_t c = 0; c < event.columns.size(); ++c) {
      fmt::print("{} = {}\n", event.columns[c].name, Shown(event.rows[0][c].value_or("NULL")));
    }
    return kExitDone;
  }

 private:
  Result<std::string> LineFrom(const std::string& root, const engine::RowSet& event,
                               const std::shared_ptr<s3::Client>& s3) {
    CADENZA_ASSIGN(const SourceFile source, FindSource(event.Text(0, 0), root, engine_.get(), s3));
    return ReadLine(source, event.Number(0, 1), event.Number(0, 2));
  }

  Result<engine::RowSet> FindEvent(lake::Lake* lake) {
    CADENZA_TRY(query::BindTablesOf("songplays events", lake));
    CADENZA_ASSIGN(const engine::RowSet play,
                   engine_->Query("SELECT start_time, CAST(start_time AS DATE) FROM songplays "
                                  "WHERE songplay_id = " +
                                  engine::QuoteText(id_)));
    if (play.rows.empty()) {
      return MakeError(ErrorKind::kNotFound, "songplays has no songplay_id {}", id_);
    }
    CADENZA_TRY(engine_->BindQuery("settled_events", lake::FindModel("settled_events")->select));
    // Each column once: `*` would give those in front a second time, under other names.
    std::string columns = "_file, _offset, _length";
    for (const lake::ModelColumn& column : lake::FindModel("events")->columns) {
      const bool in_front =
          column.name == "_file" || column.name == "_offset" || column.name == "_length";
      if (!in_front) columns += ", " + engine::QuoteName(column.name);
    }
    return engine_->Query(fmt::format(
        "SELECT {} FROM settled_events WHERE event_date = {} AND "
        "page = 'NextSong' AND play_id(ts_ms, user_id, session_id, item_in_session) = {}",
        columns, engine::QuoteText(play.Text(0, 1)), engine::QuoteText(id_)));
  }

  CLI::App* app_ = nullptr;
  std::string table_, id_, root_;
  S3Flags s3_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace

std::unique_ptr<Command> MakeTraceCommand() { return std::make_unique<TraceCommand>(); }

}  // namespace cadenza::cli
