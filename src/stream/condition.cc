#include "stream/condition.h"

#include "query/statement_failure.h"

namespace cadenza::stream {

Status CheckCondition(engine::Engine* engine, const std::string& where,
                      const std::string& relation) {
  if (where.empty()) return {};
  const auto asked =
      engine->Describe(fmt::format("SELECT 1 AS holds FROM {} WHERE ({}\n)", relation, where));
  if (asked.ok() || asked.error().kind == ErrorKind::kInterrupted) {
    return asked.ok() ? Status() : asked.error();
  }
  const std::string said = query::ExplainFailure(asked.error(), where, nullptr).message;
  // The bracket is the one that stands behind the condition here.
  const bool is_cut = said == "not understood at ')'" && where.find(')') == std::string::npos;
  return MakeError(ErrorKind::kUsage, "--where: {}",
                   is_cut ? "the condition ends too early" : said);
}

}  // namespace cadenza::stream
