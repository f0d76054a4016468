#pragma once

#include <string_view>

namespace cadenza::dashboard {

/// The look of a printed report: A4, and what mail programs understand.
inline constexpr std::string_view kPrintedStyle = R"css(
body{margin:0 auto;padding:28px 24px;max-width:820px;background:#fff;color:#171a21;font:14px/1.5 -apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:26px;line-height:1.25;letter-spacing:-.02em;margin:0 0 6px}
h2{font-size:17px;margin:34px 0 2px}h2 small{font-size:12px;font-weight:400;color:#5a6372}h3{font-size:14px;margin:18px 0 4px}
p{margin:4px 0}.tells,.note,.sentence{color:#5a6372;font-size:12.5px}
.partial{border:1px dashed #b42318;color:#b42318;padding:8px 12px;border-radius:8px;font-weight:600}
table.cards{width:100%;border-collapse:separate;border-spacing:8px 0;margin:10px -8px}
table.cards td{width:33%;border:1px solid #e1e5eb;border-radius:12px;padding:14px 16px;vertical-align:top}
.figure{display:block;font-size:32px;font-weight:700;letter-spacing:-.03em;line-height:1.25}
.chart{margin:10px 0 4px}.chart svg{width:100%;height:auto;display:block}
table.rows{border-collapse:collapse;width:100%;margin:8px 0;font-size:12px}
table.rows th{text-align:left;color:#5a6372;font-weight:600;border-bottom:1px solid #c9cfd9;padding:5px 8px}
table.rows td{border-bottom:1px solid #e1e5eb;padding:4px 8px;overflow-wrap:anywhere}
table.rows td.number{text-align:right;font-variant-numeric:tabular-nums}
@page{size:A4;margin:14mm}
@media print{body{padding:0;max-width:none}.whole,.cards,tr{break-inside:avoid}thead{display:table-header-group}}
)css";

}  // namespace cadenza::dashboard
