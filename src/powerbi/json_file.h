#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cadenza::powerbi {

/// Members stay in the order in which they are said, as Power BI writes them.
using Json = nlohmann::ordered_json;

/// A file of the project, as people read it.
inline std::string FileText(const Json& json) { return json.dump(2) + "\n"; }

}  // namespace cadenza::powerbi
