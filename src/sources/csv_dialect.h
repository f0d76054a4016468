#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::sources {

/// How a CSV file begins. Columns are taken from the header line, not guessed from the rows: one
/// odd row would change the guess.
struct CsvDialect {
  char delimiter = ',';
  std::vector<std::string> columns;

  bool operator==(const CsvDialect&) const = default;
};

/// Of a header line: the most frequent of , ; tab and | outside of quotes. A byte order mark is
/// left out; a name that comes twice gets a number.
CsvDialect DialectOf(const std::string& header);

/// Reads the first line of the file, which may be compressed.
Result<CsvDialect> ReadDialect(engine::Engine* engine, const std::string& file);

}  // namespace cadenza::sources
