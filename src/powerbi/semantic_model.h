#pragma once

#include "powerbi/project.h"

namespace cadenza::powerbi {

/// The model's part of the project, in TMDL.
Result<Files> MakeSemanticModel(const Source& source);

/// A name as TMDL takes it: in quotes where it needs them.
std::string TmdlName(const std::string& name);

}  // namespace cadenza::powerbi
