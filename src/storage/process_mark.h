#pragma once

#include <string>
#include <string_view>

namespace cadenza {

/// "1a2b3c4d-1234": the machine since its last start (and the container), and this process. Names
/// of temporary files hold it between two dashes, so that a later process can tell whose they are.
const std::string& ProcessMark();

/// True when the name holds the mark of a process of this machine that does not live any more.
bool IsOfDeadProcess(std::string_view name);

}  // namespace cadenza
