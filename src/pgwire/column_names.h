#pragma once

#include "pgwire/tree.h"

namespace cadenza::pgwire {

/// The name that PostgreSQL gives to a column without one: count, ?column?, case.
std::string NameOfColumn(const Node& value);

/// Writes into the tree the names that PostgreSQL would give: those of columns without one, column1
/// of VALUES, those of functions in a FROM.
void NameColumns(Node* query);

}  // namespace cadenza::pgwire
