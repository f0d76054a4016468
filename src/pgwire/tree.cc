#include "pgwire/tree.h"

#include <algorithm>
#include <charconv>

namespace cadenza::pgwire {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Node TextNode(std::string_view text) {
  Node node;
  node.mutable_string()->set_sval(std::string(text));
  return node;
}

Node ConstantNode(std::string_view text) {
  Node node;
  node.mutable_a_const()->mutable_sval()->set_sval(std::string(text));
  return node;
}

Node NumberNode(int value) {
  Node node;
  node.mutable_a_const()->mutable_ival()->set_ival(value);
  return node;
}

Node CallNode(std::string_view name, std::vector<Node> arguments) {
  Node node;
  auto* call = node.mutable_func_call();
  *call->add_funcname() = TextNode(name);
  for (Node& argument : arguments) *call->add_args() = std::move(argument);
  call->set_funcformat(pg_query::COERCE_EXPLICIT_CALL);
  return node;
}

Node Negation(Node condition) {
  Node negated;
  negated.mutable_bool_expr()->set_boolop(pg_query::NOT_EXPR);
  *negated.mutable_bool_expr()->add_args() = std::move(condition);
  return negated;
}

Node CastNode(Node value, std::string_view type) {
  Node node;
  auto* cast = node.mutable_type_cast();
  *cast->mutable_arg() = std::move(value);
  std::string_view element = type;
  if (type.ends_with("[]")) {
    element.remove_suffix(2);
    auto* bound = cast->mutable_type_name()->add_array_bounds();
    bound->mutable_integer()->set_ival(-1);
  }
  // "(38,10)"
  const size_t modifiers = std::min(element.find('('), element.size());
  for (size_t at = modifiers; at < element.size() && element[at] != ')';) {
    int number = 0;
    const char* end = element.data() + element.size();
    at = static_cast<size_t>(std::from_chars(element.data() + at + 1, end, number).ptr -
                             element.data());
    *cast->mutable_type_name()->add_typmods() = NumberNode(number);
  }
  *cast->mutable_type_name()->add_names() = TextNode(element.substr(0, modifiers));
  cast->mutable_type_name()->set_typemod(-1);
  return node;
}

bool IsTextConstant(const Node& node) { return node.has_a_const() && node.a_const().has_sval(); }

std::string TextOf(const Node& node) {
  if (IsTextConstant(node)) return node.a_const().sval().sval();
  return node.has_string() ? node.string().sval() : "";
}

std::string LastName(const google::protobuf::RepeatedPtrField<Node>& names) {
  return names.empty() ? "" : TextOf(names[names.size() - 1]);
}

int CallsOf(const Message& message, std::string_view name) {
  int calls = 0;
  LookThrough(message, [&](const Message& part) {
    if (part.GetDescriptor() != pg_query::FuncCall::descriptor()) return;
    calls += LastName(static_cast<const pg_query::FuncCall&>(part).funcname()) == name;
  });
  return calls;
}

void ReplaceNode(Node* node, Node by) {
  Node kept;
  kept.Swap(&by);  // `by` may hold what was a part of *node
  node->Swap(&kept);
}

void LookThrough(const Message& message, const std::function<void(const Message&)>& look) {
  look(message);
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      LookThrough(reflection->GetMessage(message, field), look);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      LookThrough(reflection->GetRepeatedMessage(message, field, i), look);
    }
  }
}

void VisitChildren(Message* message, const std::function<void(Message*)>& visit) {
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      visit(reflection->MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      visit(reflection->MutableRepeatedMessage(message, field, i));
    }
  }
}

void VisitInnerFirst(Message* message, const std::function<void(Message*)>& visit) {
  VisitChildren(message, [&](Message* child) { VisitInnerFirst(child, visit); });
  visit(message);
}

void VisitOuterFirst(Message* message, const std::function<void(Message*)>& visit) {
  visit(message);
  VisitChildren(message, [&](Message* child) { VisitOuterFirst(child, visit); });
}

}  // namespace cadenza::pgwire
