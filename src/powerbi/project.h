#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::powerbi {

struct Column {
  std::string name;
  std::string type;  ///< the engine's, e.g. BIGINT
  std::string meaning;
};

struct Table {
  std::string schema;
  std::string name;
  std::string meaning;
  std::vector<Column> columns;
  std::string key;  ///< a column; empty: none
};

/// Many to one, by one column each.
struct Relation {
  std::string from_table, from_column;
  std::string to_table, to_column;
};

/// A share of customers in a window, as its file defines it.
struct Metric {
  std::string name;
  std::string title;
  std::string tells;
  std::string numerator;    ///< a condition on one customer, e.g. sessions > 0 AND is_paid
  std::string denominator;  ///< likewise; empty: all customers
  std::string order = {};   ///< its place among the others
};

struct Source {
  std::string server = "127.0.0.1:5439";
  std::string database = "lake";
  bool import = false;  ///< Power BI copies the rows; else it asks for each picture
  std::vector<Table> tables;
  std::vector<Relation> relations;
  std::vector<Metric> metrics;
  int64_t engaged_sessions = 80;  ///< the setting of kpi
};

/// Text by path below the project's folder.
using Files = std::map<std::string, std::string>;

/// A Power BI project (PBIP): the model as TMDL, a report as PBIR. The same source gives the same
/// bytes. kInput for a metric whose condition has no DAX.
Result<Files> MakeProject(const Source& source);

/// Writes the files; those of an earlier project that are no longer part of it go. kUsage for a
/// folder with anything else in it.
Status WriteProject(const Files& files, const std::string& folder);

}  // namespace cadenza::powerbi
