#include "pgwire/row_encoder.h"

#include <duckdb.h>

#include <cstring>

#include "pgwire/engine_value.h"
#include "pgwire/value_binary.h"
#include "pgwire/value_text.h"

namespace cadenza::pgwire {
namespace {

bool IsNull(const uint64_t* validity, size_t row) {
  return validity && !(validity[row / 64] >> (row % 64) & 1);
}

}  // namespace

struct RowEncoder::Column {
  ValueType value;  ///< of a list: of its elements
  bool is_list = false;
  bool is_vector = false;  ///< int2vector and oidvector, whose text has no braces
  Format format = Format::kText;

  void Append(duckdb_vector vector, size_t row, std::string* out) const;
  void AppendListText(duckdb_vector child, const duckdb_list_entry& entry, std::string* out) const;
  void AppendListBinary(duckdb_vector child, const duckdb_list_entry& entry,
                        std::string* out) const;
};

void RowEncoder::Column::Append(duckdb_vector vector, size_t row, std::string* out) const {
  const void* data = duckdb_vector_get_data(vector);
  if (is_list) {
    const auto& entry = static_cast<const duckdb_list_entry*>(data)[row];
    duckdb_vector child = duckdb_list_vector_get_child(vector);
    return format == Format::kText ? AppendListText(child, entry, out)
                                   : AppendListBinary(child, entry, out);
  }
  if (format == Format::kText) return value.AppendText(data, row, out);
  value.AppendBinary(data, row, out);
}

void RowEncoder::Column::AppendListText(duckdb_vector child, const duckdb_list_entry& entry,
                                        std::string* out) const {
  const void* data = duckdb_vector_get_data(child);
  const uint64_t* validity = duckdb_vector_get_validity(child);
  std::string element;
  if (!is_vector) out->push_back('{');
  for (size_t e = entry.offset; e < entry.offset + entry.length; ++e) {
    if (e > entry.offset) out->push_back(is_vector ? ' ' : ',');
    if (IsNull(validity, e)) {
      out->append("NULL");
      continue;
    }
    element.clear();
    value.AppendText(data, e, &element);
    AppendArrayElement(element, out);
  }
  if (!is_vector) out->push_back('}');
}

void RowEncoder::Column::AppendListBinary(duckdb_vector child, const duckdb_list_entry& entry,
                                          std::string* out) const {
  const void* data = duckdb_vector_get_data(child);
  const uint64_t* validity = duckdb_vector_get_validity(child);
  bool has_null = false;
  for (size_t e = entry.offset; e < entry.offset + entry.length; ++e)
    has_null |= IsNull(validity, e);
  const bool empty = entry.length == 0 && !is_vector;
  AppendBig32(empty ? 0 : 1, out);
  AppendBig32(has_null ? 1 : 0, out);
  AppendBig32(value.sql.oid, out);
  if (empty) return;
  AppendBig32(static_cast<uint32_t>(entry.length), out);
  AppendBig32(is_vector ? 0 : 1, out);  // the first index
  for (size_t e = entry.offset; e < entry.offset + entry.length; ++e) {
    if (IsNull(validity, e)) {
      AppendBig32(UINT32_MAX, out);
      continue;
    }
    const size_t length_at = out->size();
    out->append(4, '\0');
    value.AppendBinary(data, e, out);
    PutInt32(static_cast<int32_t>(out->size() - length_at - 4), out->data() + length_at);
  }
}

RowEncoder::RowEncoder(const std::vector<duckdb_logical_type>& types,
                       const std::vector<SqlType>& sql_types, const std::vector<Format>& formats) {
  for (size_t c = 0; c < types.size(); ++c) {
    Column column;
    column.format = formats[c];
    column.is_list = duckdb_get_type_id(types[c]) == DUCKDB_TYPE_LIST;
    if (column.is_list) {
      const OwnedType child(duckdb_list_type_child_type(types[c]));
      column.value = ValueTypeOf(child.type);
      column.is_vector = sql_types[c].oid == kInt2Vector || sql_types[c].oid == kOidVector;
      if (sql_types[c].element != 0) column.value.sql = TypeOf(sql_types[c].element);
    } else {
      column.value = ValueTypeOf(types[c]);
      column.value.sql = sql_types[c];
    }
    columns_.push_back(column);
  }
}

RowEncoder::~RowEncoder() = default;
RowEncoder::RowEncoder(RowEncoder&&) noexcept = default;
RowEncoder& RowEncoder::operator=(RowEncoder&&) noexcept = default;

void RowEncoder::SetCopy(RowForm form, CopyOptions options) {
  form_ = form;
  copy_ = std::move(options);
  for (Column& column : columns_) {
    column.format = form == RowForm::kCopyBinary ? Format::kBinary : Format::kText;
  }
}

void RowEncoder::AppendRow(duckdb_data_chunk chunk, size_t row, MessageBuffer* out) const {
  if (form_ == RowForm::kCopyText || form_ == RowForm::kCopyCsv) {
    return AppendCopyRow(chunk, row, out);
  }
  out->Begin(form_ == RowForm::kDataRow ? 'D' : 'd');
  out->Int16(static_cast<int16_t>(columns_.size()));
  std::string& bytes = out->bytes();
  for (size_t c = 0; c < columns_.size(); ++c) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, c);
    if (IsNull(duckdb_vector_get_validity(vector), row)) {
      out->Int32(-1);
      continue;
    }
    const size_t length_at = bytes.size();
    bytes.append(4, '\0');
    columns_[c].Append(vector, row, &bytes);
    PutInt32(static_cast<int32_t>(bytes.size() - length_at - 4), bytes.data() + length_at);
  }
  out->End();
}

namespace {

void AppendCopyText(std::string_view value, char delimiter, std::string* out) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      case '\b':
        out->append("\\b");
        break;
      case '\f':
        out->append("\\f");
        break;
      case '\v':
        out->append("\\v");
        break;
      default:
        if (c == delimiter) out->push_back('\\');
        out->push_back(c);
    }
  }
}

void AppendCsv(std::string_view value, const CopyOptions& options, bool is_alone,
               std::string* out) {
  const bool plain = !options.force_quote && value != options.null &&
                     value.find_first_of("\r\n") == value.npos &&
                     value.find(options.delimiter) == value.npos &&
                     value.find(options.quote) == value.npos && !(is_alone && value == "\\.");
  if (plain) return void(out->append(value));
  out->push_back(options.quote);
  for (const char c : value) {
    if (c == options.quote) out->push_back(c);
    out->push_back(c);
  }
  out->push_back(options.quote);
}

}  // namespace

void RowEncoder::AppendCopyRow(duckdb_data_chunk chunk, size_t row, MessageBuffer* out) const {
  out->Begin('d');
  std::string value;
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (c > 0) out->Byte(copy_.delimiter);
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, c);
    if (IsNull(duckdb_vector_get_validity(vector), row)) {
      out->Bytes(copy_.null);
      continue;
    }
    value.clear();
    columns_[c].Append(vector, row, &value);
    if (form_ == RowForm::kCopyText) {
      AppendCopyText(value, copy_.delimiter, &out->bytes());
    } else {
      AppendCsv(value, copy_, columns_.size() == 1, &out->bytes());
    }
  }
  out->Byte('\n');
  out->End();
}

}  // namespace cadenza::pgwire
