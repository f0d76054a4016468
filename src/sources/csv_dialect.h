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
  int lines_before = 0;  ///< the header: sep=; and blank ones
  std::vector<std::string> columns;

  bool operator==(const CsvDialect&) const = default;
};

/// Of the first lines: the delimiter is what `sep=` names, else the most frequent of , ; tab and |
/// in the header outside of quotes. A byte order mark is left out; a column without a name (an
/// index of pandas, what stands behind a delimiter at the end of each line) is column_N; a name
/// that comes twice, in whatever case, gets a number. Rows that end with a delimiter which the
/// header has not have one column more. No columns: the file is empty.
CsvDialect DialectOf(const std::vector<std::string>& lines);

/// The parts of a line; "a ""b""" is a "b".
std::vector<std::string> SplitCsv(std::string_view line, char delimiter);

/// Reads the first lines of the file, which may be compressed.
Result<CsvDialect> ReadDialect(engine::Engine* engine, const std::string& file);

}  // namespace cadenza::sources
