#pragma once

#include <memory>

#include "cli/command.h"

namespace cadenza::cli {

std::unique_ptr<Command> MakeRecommendCommand();

}  // namespace cadenza::cli
