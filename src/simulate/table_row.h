#pragma once

#include <string_view>

#include "simulate/table_file.h"

namespace cadenza::simulate {

/// One row of a table, its values in the order of the columns.
class TableRow {
 public:
  explicit TableRow(TableFile* table) : table_(table) {}
  TableRow& Text(std::string_view value) {
    table_->row().AppendText(column_++, value);
    return *this;
  }
  TableRow& Double(double value) {
    table_->row().AppendDouble(column_++, value);
    return *this;
  }
  TableRow& Int(int64_t value) {
    table_->row().AppendInt(column_++, value);
    return *this;
  }
  TableRow& Boolean(bool value) {
    table_->row().AppendBoolean(column_++, value);
    return *this;
  }
  TableRow& Time(int64_t ms) { return Int(ms * 1000); }
  TableRow& Null() {
    table_->row().AppendNull(column_++);
    return *this;
  }
  Status End() { return table_->EndRow(); }

 private:
  TableFile* table_;
  int column_ = 0;
};

}  // namespace cadenza::simulate
