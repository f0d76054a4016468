#pragma once

#include <optional>

#include "pgwire/sql_error.h"
#include "pgwire/tree.h"

namespace cadenza::pgwire {

/// Says an expression of an operator (A_Expr) as the engine has it, with PostgreSQL's meaning: ~,
/// LIKE, SIMILAR TO, BETWEEN SYMMETRIC, ANY and ALL, #, division.
Outcome<void> RewriteExpression(Node* node);

/// The list of '{a,b}'; nothing: the constant is none.
std::optional<Node> ListOfConstant(const Node& node);

}  // namespace cadenza::pgwire
