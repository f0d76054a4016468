#include "pgwire/constant_text.h"

#include "pgwire/tree.h"

namespace cadenza::pgwire {

Outcome<std::optional<std::string>> ConstantOf(const Node& node) {
  using Text = std::optional<std::string>;
  if (node.has_type_cast()) return ConstantOf(node.type_cast().arg());
  if (node.has_a_const()) {
    const auto& value = node.a_const();
    if (value.isnull()) return Text();
    if (value.has_ival()) return Text(std::to_string(value.ival().ival()));
    if (value.has_fval()) return Text(value.fval().fval());
    if (value.has_boolval()) return Text(value.boolval().boolval() ? "true" : "false");
    if (value.has_sval()) return Text(value.sval().sval());
  }
  const bool is_minus =
      node.has_a_expr() && !node.a_expr().has_lexpr() && LastName(node.a_expr().name()) == "-";
  if (is_minus) {
    CADENZA_ASSIGN(Text text, ConstantOf(node.a_expr().rexpr()));
    if (text) text = "-" + *text;
    return text;
  }
  return SqlError{"0A000", "EXECUTE takes constants here"};
}

}  // namespace cadenza::pgwire
