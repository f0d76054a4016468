#pragma once

#include <string>

#include "base/result.h"
#include "dashboard/tile_answer.h"
#include "query/session.h"
#include "serve/runs.h"

namespace cadenza::dashboard {

struct ReportOptions {
  std::string from, to;        ///< first and last day, inclusive
  bool allow_partial = false;  ///< also a window that the data do not cover
  std::string grain;           ///< of periods; empty: by the window's length
  std::string link;            ///< the dashboard's address, named at the top; may be empty
};

/// What was made, as files and mail programs take it.
struct PrintedReport {
  std::string title;  ///< one line
  std::string html;   ///< the whole: charts as SVG, tables, definitions; no script, no reference
  std::string mail;   ///< HTML without charts, which mail programs would not show
  bool is_partial = false;
};

/// The tiles with `report: yes` over a window, as one HTML page. kInput when the data do not cover
/// all days of the window, with the days that are missing, unless that is allowed.
Result<PrintedReport> PrintReport(query::Session* session, const serve::AsOf& as_of,
                                  const ReportOptions& options);

}  // namespace cadenza::dashboard
