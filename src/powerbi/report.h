#pragma once

#include "powerbi/project.h"

namespace cadenza::powerbi {

/// The report's part of the project, in PBIR: pictures of those tables that the source has.
Files MakeReport(const Source& source);

}  // namespace cadenza::powerbi
