#pragma once

#include <memory>
#include <string>

#include "spark/link.h"
#include "spark/streaming_query.h"

namespace cadenza::spark {

/// Starts the query, once.
Result<std::unique_ptr<StreamingQuery>> StartQuery(Link* link, const StreamStart& start);

}  // namespace cadenza::spark
