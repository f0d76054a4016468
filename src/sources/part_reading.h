#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "sources/column.h"
#include "sources/raw_parts.h"

namespace cadenza::sources {

struct ReadingOptions {
  std::vector<ColumnMapping> mappings;
  std::string time_unit = "auto";  ///< of epochs: s, ms, us, ns, or auto: per file, from its values
  std::string zone = "UTC";        ///< of times without one
  std::vector<std::string> nulls = UsualNulls();  ///< of text formats, in any case
};

/// Values of a field that are there and cannot be read.
struct UnreadValues {
  std::string field;
  std::string column;
  int64_t count = 0;
  std::string sample;  ///< the first of them
  std::string place;   ///< "line 2 of a.csv", "a.parquet"
};

using ChosenColumns = std::map<std::string, engine::Column>;

/// A part with the column of each field that it has.
struct ChosenPart {
  RawPart raw;
  ChosenColumns columns;
};

/// How the values of a part are read.
struct PartReading {
  RawPart raw;
  std::string select;                                  ///< the fields of the table, and unread
  std::map<std::string, std::string> columns;          ///< by field
  std::map<std::string, std::set<std::string>> units;  ///< by field, of epochs
  std::map<std::string, std::string> unread;           ///< by field: condition over `checked`
  std::string
      checked;  ///< a SELECT with raw values as raw_<field>, what is read of them, and _file
};

/// Binds the part as it is under `raw`, and says how its fields are read.
Result<PartReading> ReadPart(engine::Engine* engine, const TableSchema& schema,
                             const ChosenPart& part, const std::string& raw,
                             const ReadingOptions& options);

/// Adds the values of these fields that are there and cannot be read, with the first of each.
Status AddUnread(engine::Engine* engine, const PartReading& reading,
                 const std::set<std::string>& fields, std::vector<UnreadValues>* unread);

/// The error with the part's first file in front.
Error InFile(const Error& error, const RawPart& part);

}  // namespace cadenza::sources
