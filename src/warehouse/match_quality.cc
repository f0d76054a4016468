#include "warehouse/match_quality.h"

#include <algorithm>

#include "base/marked_text.h"
#include "base/trim.h"
#include "lake/model.h"

namespace cadenza::warehouse {

std::vector<std::string> MatchQualities() {
  const std::vector<lake::ModelColumn>& columns = lake::FindModel("songplays")->columns;
  const auto column = std::ranges::find(columns, "match_quality", &lake::ModelColumn::name);
  std::string_view rest = Between(column->comment, ": ", "").value_or("");
  std::vector<std::string> qualities;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    qualities.emplace_back(Trim(rest.substr(0, comma)));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return qualities;
}

}  // namespace cadenza::warehouse
