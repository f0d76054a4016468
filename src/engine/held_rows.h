#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace cadenza::engine {

class Engine;

/// Texts that occur again and again: of each row the place of its text, NULL where it is negative.
struct CodedTexts {
  std::shared_ptr<const std::vector<std::string>> texts;
  std::vector<int32_t> places;
};

/// Values of one column: BIGINT, INTEGER, DOUBLE, FLOAT, BOOLEAN, VARCHAR, VARCHAR.
using HeldValues =
    std::variant<std::vector<int64_t>, std::vector<int32_t>, std::vector<double>,
                 std::vector<float>, std::vector<bool>, std::vector<std::string>, CodedTexts>;

struct HeldColumn {
  std::string name;
  HeldValues values;
  std::vector<bool> is_null = {};  ///< row by row; empty: none is

  size_t size() const;
};

/// Rows that the program has in memory, column by column, all of one length.
struct HeldRows {
  std::vector<HeldColumn> columns;

  size_t size() const { return columns.empty() ? 0 : columns.front().size(); }
  HeldColumn& Add(std::string name, HeldValues values) {
    return columns.emplace_back(HeldColumn{std::move(name), std::move(values)});
  }
};

/// Makes the rows a relation of the embedded engine (kInternal for any other; of a cluster take
/// here()), which reads them where they are, on all threads and so in no order. They must outlive
/// the relation and not change meanwhile. kInternal when columns differ in length.
Status BindHeldRows(Engine* engine, const std::string& name, const HeldRows* rows);

}  // namespace cadenza::engine
