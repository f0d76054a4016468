#include "engine/typed_rows.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "arrow/c_data.h"
#include "engine/arrow_rows.h"
#include "engine/engine.h"

namespace cadenza::engine {
namespace {

constexpr const char* kFetched = "typed_rows_fetched";

/// How the values of a column lie in an Arrow array.
enum class Layout {
  kBit,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kDecimal,
  kFloat,
  kDouble,
  kText,
  kLargeText,
  kNull,
};

struct ColumnForm {
  std::string name;
  Layout layout = Layout::kInt64;
  int64_t factor = 1;  ///< of times: to microseconds
  double divisor = 1;  ///< of decimals
  TypedColumn::Kind kind = TypedColumn::Kind::kWhole;
};

/// `d:precision,places[,bits]`
Status ReadDecimalFormat(std::string_view format, ColumnForm* form) {
  const size_t comma = format.find(',');
  std::string places(format.substr(comma == format.npos ? format.size() : comma + 1));
  if (places.ends_with(",128")) places.resize(places.size() - 4);
  if (places.find(',') != places.npos) {
    return MakeError(ErrorKind::kInput, "column {} is a decimal of {}", form->name, format);
  }
  form->layout = Layout::kDecimal;
  const int count = places.empty() ? 0 : std::stoi(places);
  form->divisor = std::pow(10.0, count);
  form->kind = count == 0 ? TypedColumn::Kind::kWhole : TypedColumn::Kind::kNumber;
  return {};
}

Status ReadTimeFormat(std::string_view format, ColumnForm* form) {
  form->layout = Layout::kInt64;
  switch (format[2]) {
    case 's':
      form->factor = 1'000'000;
      return {};
    case 'm':
      form->factor = 1'000;
      return {};
    case 'u':
      return {};
    default:
      return MakeError(ErrorKind::kInput, "column {} has times in ns; cast it to timestamp",
                       form->name);
  }
}

Result<ColumnForm> FormOf(const ArrowSchema& column) {
  using enum Layout;
  ColumnForm form;
  form.name = column.name ? column.name : "";
  const std::string_view format = column.format;
  if (format.size() == 1) {
    constexpr std::string_view kLetters = "bcCsSiIlL";
    const size_t whole = kLetters.find(format[0]);
    if (whole != kLetters.npos) {
      form.layout = static_cast<Layout>(whole);
      return form;
    }
    form.kind = TypedColumn::Kind::kNumber;
    if (format == "f" || format == "g" || format == "n") {
      form.layout = format == "f" ? kFloat : format == "g" ? kDouble : kNull;
      return form;
    }
    form.kind = TypedColumn::Kind::kText;
    if (format == "u" || format == "U") {
      form.layout = format == "u" ? kText : kLargeText;
      return form;
    }
  }
  form.kind = TypedColumn::Kind::kWhole;
  if (format == "tdD") {
    form.layout = kInt32;
    return form;
  }
  if (format.starts_with("ts")) {
    CADENZA_TRY(ReadTimeFormat(format, &form));
    return form;
  }
  if (format.starts_with("d:")) {
    CADENZA_TRY(ReadDecimalFormat(format.substr(2), &form));
    return form;
  }
  return MakeError(ErrorKind::kInput, "column {} is neither a number nor a text ({})", form.name,
                   format);
}

bool Bit(const void* bits, int64_t at) {
  return (static_cast<const uint8_t*>(bits)[at / 8] >> (at % 8)) & 1;
}

template <class T>
T ValueAt(const void* values, int64_t at) {
  return static_cast<const T*>(values)[at];
}

/// A decimal has 128 bits, the low half first.
Result<double> DecimalAt(const void* values, int64_t at, const ColumnForm& form, int64_t* whole) {
  const auto low = ValueAt<uint64_t>(values, 2 * at);
  const auto high = ValueAt<int64_t>(values, 2 * at + 1);
  const auto signed_low = static_cast<int64_t>(low);
  const bool fits = high == (signed_low < 0 ? -1 : 0);
  if (!fits && form.divisor == 1) {
    return MakeError(ErrorKind::kInput, "column {} has a whole number of more than 64 bits",
                     form.name);
  }
  *whole = signed_low;
  if (fits) return static_cast<double>(signed_low) / form.divisor;
  return (std::ldexp(static_cast<double>(high), 64) + static_cast<double>(low)) / form.divisor;
}

/// A whole number of any layout but the decimal's.
Result<int64_t> WholeAt(const void* values, int64_t at, const ColumnForm& form) {
  switch (form.layout) {
    case Layout::kBit:
      return int64_t{Bit(values, at)};
    case Layout::kInt8:
      return int64_t{ValueAt<int8_t>(values, at)};
    case Layout::kUint8:
      return int64_t{ValueAt<uint8_t>(values, at)};
    case Layout::kInt16:
      return int64_t{ValueAt<int16_t>(values, at)};
    case Layout::kUint16:
      return int64_t{ValueAt<uint16_t>(values, at)};
    case Layout::kInt32:
      return int64_t{ValueAt<int32_t>(values, at)};
    case Layout::kUint32:
      return int64_t{ValueAt<uint32_t>(values, at)};
    case Layout::kUint64: {
      const auto value = ValueAt<uint64_t>(values, at);
      if (value > uint64_t{std::numeric_limits<int64_t>::max()}) {
        return MakeError(ErrorKind::kInput, "column {} has a number beyond BIGINT: {}", form.name,
                         value);
      }
      return static_cast<int64_t>(value);
    }
    default:
      return ValueAt<int64_t>(values, at) * form.factor;
  }
}

template <class Offset>
void AddText(const ArrowArray& array, int64_t at, TypedColumn* column) {
  const auto* offsets = static_cast<const Offset*>(array.buffers[1]);
  const auto begin = static_cast<size_t>(offsets[at]), end = static_cast<size_t>(offsets[at + 1]);
  column->characters.append(static_cast<const char*>(array.buffers[2]) + begin, end - begin);
  column->text_ends.push_back(column->characters.size());
}

void AddNull(TypedColumn* column) {
  switch (column->kind) {
    case TypedColumn::Kind::kWhole:
      column->whole.push_back(0);
      break;
    case TypedColumn::Kind::kNumber:
      column->numbers.push_back(std::numeric_limits<double>::quiet_NaN());
      break;
    case TypedColumn::Kind::kText:
      column->text_ends.push_back(column->characters.size());
      break;
  }
}

Status AddValue(const ArrowArray& array, int64_t at, const ColumnForm& form, TypedColumn* column) {
  const void* values = array.buffers[1];
  switch (form.layout) {
    case Layout::kText:
      AddText<int32_t>(array, at, column);
      return {};
    case Layout::kLargeText:
      AddText<int64_t>(array, at, column);
      return {};
    case Layout::kFloat:
      column->numbers.push_back(static_cast<double>(ValueAt<float>(values, at)));
      return {};
    case Layout::kDouble:
      column->numbers.push_back(ValueAt<double>(values, at));
      return {};
    case Layout::kDecimal: {
      int64_t whole = 0;
      CADENZA_ASSIGN(const double number, DecimalAt(values, at, form, &whole));
      if (form.kind == TypedColumn::Kind::kWhole) {
        column->whole.push_back(whole);
      } else {
        column->numbers.push_back(number);
      }
      return {};
    }
    default: {
      CADENZA_ASSIGN(const int64_t whole, WholeAt(values, at, form));
      column->whole.push_back(whole);
      return {};
    }
  }
}

Result<TypedColumn> ReadColumn(const ArrowArray& array, const ColumnForm& form) {
  TypedColumn column;
  column.name = form.name;
  column.kind = form.kind;
  const auto rows = static_cast<size_t>(array.length);
  column.null.assign(rows, 0);
  const void* valid = form.layout == Layout::kNull ? nullptr : array.buffers[0];
  for (size_t row = 0; row < rows; ++row) {
    const int64_t at = array.offset + static_cast<int64_t>(row);
    if (form.layout == Layout::kNull || (valid && !Bit(valid, at))) {
      column.null[row] = 1;
      AddNull(&column);
    } else {
      CADENZA_TRY(AddValue(array, at, form, &column));
    }
  }
  return column;
}

}  // namespace

double TypedColumn::Number(size_t row) const {
  if (null[row] || kind == Kind::kText) return std::numeric_limits<double>::quiet_NaN();
  return kind == Kind::kWhole ? static_cast<double>(whole[row]) : numbers[row];
}

Status ReadTyped(Engine* engine, const std::string& select,
                 const std::function<Status(const TypedBatch&)>& receiver) {
  std::string here = select;
  if (Cluster* const cluster = engine->cluster()) {
    CADENZA_TRY(cluster->Fetch(kFetched, select));
    here = fmt::format("SELECT * FROM {}", kFetched);
  }
  std::vector<ColumnForm> forms;
  ArrowReceiver arrow;
  arrow.columns = [&](const ArrowSchema& schema) -> Status {
    TypedBatch none;
    for (int64_t c = 0; c < schema.n_children; ++c) {
      CADENZA_ASSIGN(ColumnForm form, FormOf(*schema.children[c]));
      TypedColumn column;
      column.name = form.name;
      column.kind = form.kind;
      none.columns.push_back(std::move(column));
      forms.push_back(std::move(form));
    }
    return receiver(none);
  };
  arrow.rows = [&](const ArrowArray& rows) -> Status {
    TypedBatch batch;
    batch.rows = static_cast<size_t>(rows.length);
    for (size_t c = 0; c < forms.size(); ++c) {
      CADENZA_ASSIGN(TypedColumn column, ReadColumn(*rows.children[c], forms[c]));
      batch.columns.push_back(std::move(column));
    }
    return receiver(batch);
  };
  return QueryArrow(&engine->here(), here, arrow);
}

}  // namespace cadenza::engine
