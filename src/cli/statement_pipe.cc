#include "cli/statement_pipe.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/stdout_export.h"
#include "engine/reason_text.h"

namespace cadenza::cli {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

/// The lines of standard input; a signal interrupts none of them.
class StatementLines {
 public:
  std::optional<std::string> Next() {
    while (true) {
      if (const size_t end = bytes_.find('\n'); end != std::string::npos) {
        std::string line = bytes_.substr(0, end);
        bytes_.erase(0, end + 1);
        return line;
      }
      char piece[1 << 16];
      const ssize_t got = ::read(STDIN_FILENO, piece, sizeof piece);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      bytes_.append(piece, static_cast<size_t>(got));
    }
  }

 private:
  std::string bytes_;
};

Status Put(char type, std::string_view bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  std::string head(1, type);
  for (int shift = 0; shift < 32; shift += 8) head += static_cast<char>(size >> shift & 0xff);
  CADENZA_TRY(PutOnStdout(head));
  return PutOnStdout(bytes);
}

Status PutPieces(std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPieceBytes))) {
    CADENZA_TRY(Put('P', bytes.substr(0, kPieceBytes)));
  }
  return {};
}

Status PutFailure(const Error& error) {
  const bool interrupted = error.kind == ErrorKind::kInterrupted;
  const nlohmann::json failure = {
      {"exit_code", ExitCodeOf(error)},
      {"message",
       interrupted ? std::string("interrupted") : engine::WithoutEngineWords(error.message)}};
  return Put('F', failure.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

Status AnswerStatements(
    const std::function<Status(const std::string& sql, const query::Sink& sink)>& answer) {
  StatementLines lines;
  while (const std::optional<std::string> line = lines.Next()) {
    const auto question = nlohmann::json::parse(*line, nullptr, /*allow_exceptions=*/false);
    if (!question.is_object() || !question.contains("sql") || !question.at("sql").is_string()) {
      return MakeError(ErrorKind::kInput, "no statement, such as {{\"sql\": \"select 1\"}}: {}",
                       *line);
    }
    InterruptGuard::Reset();
    const Status answered = answer(question.at("sql").get<std::string>(), PutPieces);
    CADENZA_TRY(answered.ok() ? Put('E', "") : PutFailure(answered.error()));
    CADENZA_TRY(FlushStdout());
  }
  return {};
}

}  // namespace cadenza::cli
