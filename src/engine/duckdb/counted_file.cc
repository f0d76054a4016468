#include "engine/duckdb/counted_file.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "engine/duckdb/row_group_file.h"
#include "storage/parallel.h"

namespace cadenza::engine {
namespace {

constexpr auto kRowsAtOnce = static_cast<size_t>(kRowGroupRows);
/// Of the texts of a row group, were they written row by row.
constexpr size_t kTextBytesMax = size_t{32} << 20;
/// What all threads may take to know which texts a row group has.
constexpr size_t kCodeBytesMax = size_t{128} << 20;

std::vector<parquet::Column> FileColumns(const std::vector<CountColumn>& columns) {
  std::vector<parquet::Column> made;
  for (const CountColumn& column : columns) {
    parquet::Type type = parquet::Type::kText;
    if (column.kind == CountColumn::Kind::kTime) type = parquet::Type::kTimestampUtc;
    if (column.kind == CountColumn::Kind::kRows) type = parquet::Type::kInt64;
    made.push_back({column.name, type});
  }
  return made;
}

/// Rows of one part that follow each other.
struct Piece {
  const CountedRows::Part* part;
  size_t begin, size;
};

/// No row has more bytes of texts.
size_t LongestTexts(const CountedRows& counted) {
  size_t bytes = 0;
  for (size_t t = 0; t < counted.texts(); ++t) {
    size_t longest = 0;
    for (uint32_t code = 1; code < counted.CodesOf(t); ++code) {
      longest = std::max(longest, counted.Text(t, code).size());
    }
    bytes += longest;
  }
  return bytes;
}

size_t TextBytes(const CountedRows& counted, uint64_t code) {
  size_t bytes = 0;
  for (size_t t = counted.texts(); t-- > 0;) {
    const uint32_t own = counted.TakeLast(t + 1, &code);
    if (own != 0) bytes += counted.Text(t, own).size();
  }
  return bytes;
}

/// Of each row group the pieces, which may be of several parts. Long texts make fewer rows.
std::vector<std::vector<Piece>> RowGroupsOf(const CountedRows& counted) {
  const size_t longest = LongestTexts(counted);
  const bool all_fit = longest <= kTextBytesMax / kRowsAtOnce;
  std::vector<std::vector<Piece>> groups;
  size_t rows = kRowsAtOnce, bytes = 0;  // of the last group
  const auto append = [&](const CountedRows::Part& part, size_t begin, size_t size) {
    if (rows >= kRowsAtOnce || bytes >= kTextBytesMax) {
      groups.emplace_back();
      rows = bytes = 0;
    }
    std::vector<Piece>& pieces = groups.back();
    if (!pieces.empty() && pieces.back().part == &part) {
      pieces.back().size += size;
    } else {
      pieces.push_back({&part, begin, size});
    }
    rows += size;
  };
  for (const CountedRows::Part& part : counted.parts()) {
    if (all_fit) {
      for (size_t begin = 0; begin < part.keys.size();) {
        const size_t room = rows >= kRowsAtOnce ? kRowsAtOnce : kRowsAtOnce - rows;
        const size_t size = std::min(room, part.keys.size() - begin);
        append(part, begin, size);
        begin += size;
      }
      continue;
    }
    counted.ForEach(part.keys, [&](size_t place, int64_t, uint64_t code) {
      append(part, place, 1);
      bytes += TextBytes(counted, code);
    });
  }
  return groups;
}

/// As many as there is work for, and as the codes leave memory for.
size_t ThreadsFor(const CountedRows& counted, size_t groups, size_t threads) {
  size_t bytes = 0;
  for (size_t t = 0; t < counted.texts(); ++t) bytes += counted.CodesOf(t) * 2 * sizeof(uint32_t);
  const size_t fit = std::max<size_t>(kCodeBytesMax / std::max<size_t>(bytes, 1), 1);
  return std::min({threads, groups, fit});
}

/// One thread's row groups, one after the other.
class CountedEncoder {
 public:
  CountedEncoder(const CountedRows& counted, const std::vector<CountColumn>& columns)
      : counted_(counted), columns_(columns), buffer_(FileColumns(columns)) {
    for (size_t t = 0; t < counted.texts(); ++t) texts_.emplace_back(counted.CodesOf(t));
  }

  parquet::RowGroup Encode(const std::vector<Piece>& pieces, std::string* bytes) {
    Collect(pieces);
    for (size_t c = 0; c < columns_.size(); ++c) {
      const CountColumn& column = columns_[c];
      parquet::ColumnBuffer& to = buffer_.column(c);
      if (column.kind == CountColumn::Kind::kText) {
        AppendText(column.text, &to);
        continue;
      }
      to.AppendDefined(true, rows());
      if (column.kind == CountColumn::Kind::kRows) {
        to.AppendCodedNumbers(counts_.values(), count_codes_);
      } else {
        moved_ = numbers_;
        for (uint64_t& number : moved_) number += static_cast<uint64_t>(column.plus);
        to.AppendCodedNumbers(moved_, number_codes_);
      }
    }
    return buffer_.Encode(bytes);
  }

 private:
  /// The codes of one text in the row group under way.
  struct Text {
    explicit Text(size_t codes) : local(codes), met_in(codes) {}
    std::vector<uint32_t> local;   ///< by code: its number in the row group
    std::vector<uint32_t> met_in;  ///< by code: the last column of a row group that has it
    std::vector<uint32_t> codes;   ///< of the rows
  };

  int64_t rows() const { return static_cast<int64_t>(number_codes_.size()); }

  void Collect(const std::vector<Piece>& pieces) {
    numbers_.clear();
    number_codes_.clear();
    counts_.Clear();
    count_codes_.clear();
    for (Text& text : texts_) text.codes.clear();
    for (const Piece& piece : pieces) {
      const auto keys = std::span(piece.part->keys).subspan(piece.begin, piece.size);
      const auto counts = std::span(piece.part->rows).subspan(piece.begin, piece.size);
      counted_.ForEach(keys, [&](size_t place, int64_t number, uint64_t code) {
        // In their order: equal ones stand together.
        const auto bits = static_cast<uint64_t>(number);
        if (numbers_.empty() || numbers_.back() != bits) numbers_.push_back(bits);
        number_codes_.push_back(static_cast<uint32_t>(numbers_.size() - 1));
        AppendCount(counts[place]);
        for (size_t t = texts_.size(); t-- > 0;) {
          texts_[t].codes.push_back(counted_.TakeLast(t + 1, &code));
        }
      });
    }
  }

  /// Most are as the one before.
  void AppendCount(uint64_t count) {
    uint32_t code = count_codes_.empty() ? 0 : count_codes_.back();
    if (count_codes_.empty() || counts_.values()[code] != count) {
      counts_.Encode({&count, 1}, &code);
    }
    count_codes_.push_back(code);
  }

  /// Of the text that many from 1 on; 0 is NULL everywhere.
  void AppendText(size_t text, parquet::ColumnBuffer* to) {
    if (text == 0) return to->AppendDefined(false, rows());
    Text& of = texts_[text - 1];
    ++column_;
    distinct_.clear();
    local_codes_.clear();
    for (const uint32_t code : of.codes) {
      to->AppendDefined(code != 0);
      if (code == 0) continue;
      if (of.met_in[code] != column_) {
        of.met_in[code] = column_;
        of.local[code] = static_cast<uint32_t>(distinct_.size());
        distinct_.push_back(counted_.Text(text - 1, code));
      }
      local_codes_.push_back(of.local[code]);
    }
    to->AppendCodedTexts(distinct_, local_codes_);
  }

  const CountedRows& counted_;
  const std::vector<CountColumn>& columns_;
  parquet::RowGroupBuffer buffer_;
  uint32_t column_ = 0;                    ///< of all row groups: counted from 1 on
  std::vector<uint64_t> numbers_, moved_;  ///< distinct ones
  std::vector<uint32_t> number_codes_;     ///< of the rows, as those of the counts
  parquet::NumberDictionary counts_;
  std::vector<uint32_t> count_codes_;
  std::vector<Text> texts_;
  std::vector<std::string_view> distinct_;  ///< of one column, as below
  std::vector<uint32_t> local_codes_;
};

}  // namespace

Result<std::vector<WrittenFile>> WriteCountedFile(const CountedRows& counted,
                                                  const WriteRequest& request,
                                                  const std::vector<CountColumn>& columns,
                                                  size_t threads) {
  const std::vector<std::vector<Piece>> groups = RowGroupsOf(counted);
  if (groups.empty()) return std::vector<WrittenFile>();
  const std::string name = NewFileName(request, request.subfolder);
  RowGroupFile file(request.folder + "/" + name, FileColumns(columns));
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable turn;
  size_t written_groups = 0;  // after an error all, so that nobody waits
  const size_t workers = ThreadsFor(counted, groups.size(), threads);
  CADENZA_TRY(InParallel(workers, workers, [&](size_t) -> Status {
    CountedEncoder encoder(counted, columns);
    std::string bytes;
    while (true) {
      const size_t group = next++;
      if (group >= groups.size()) return {};
      parquet::RowGroup row_group = encoder.Encode(groups[group], &bytes);
      std::unique_lock lock(mutex);
      turn.wait(lock, [&] { return written_groups >= group; });
      Status status = file.Append(std::move(row_group), bytes);
      if (!status.ok()) next = groups.size();
      written_groups = status.ok() ? std::max(written_groups, group + 1) : groups.size();
      turn.notify_all();
      CADENZA_TRY(std::move(status));
    }
  }));
  CADENZA_ASSIGN(WrittenFile written, file.Finish());
  written.path = name;
  return std::vector{std::move(written)};
}

}  // namespace cadenza::engine
