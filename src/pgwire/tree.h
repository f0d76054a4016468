#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pg_query.pb.h"

namespace cadenza::pgwire {

using Node = pg_query::Node;

// Parts of PostgreSQL's parse tree. Heavy: for source files of the rewriting alone.

Node TextNode(std::string_view text);
Node ConstantNode(std::string_view text);
Node NumberNode(int value);
/// name(arguments...)
Node CallNode(std::string_view name, std::vector<Node> arguments);
/// NOT condition
Node Negation(Node condition);
/// CAST(value AS type), with the engine's name of the type, e.g. VARCHAR, DECIMAL(38,10) or
/// BIGINT[].
Node CastNode(Node value, std::string_view type);
/// The text of a constant; empty for anything else.
std::string TextOf(const Node& node);
bool IsTextConstant(const Node& node);
/// The last part of a name such as pg_catalog.int4.
std::string LastName(const google::protobuf::RepeatedPtrField<Node>& names);
/// How many calls of a function stand in a tree.
int CallsOf(const google::protobuf::Message& message, std::string_view name);
/// Replaces a node by one that may stand in it.
void ReplaceNode(Node* node, Node by);
/// The message as one of a kind, e.g. As<Node>; nullptr: it is of another.
template <class T>
T* As(google::protobuf::Message* message) {
  return message->GetDescriptor() == T::descriptor() ? static_cast<T*>(message) : nullptr;
}

/// Calls `look` for this message and each below, the outer ones first.
void LookThrough(const google::protobuf::Message& message,
                 const std::function<void(const google::protobuf::Message&)>& look);
/// Calls `visit` for each message right below this one.
void VisitChildren(google::protobuf::Message* message,
                   const std::function<void(google::protobuf::Message*)>& visit);
/// Calls `visit` for each message below (and for this one), the inner ones first.
void VisitInnerFirst(google::protobuf::Message* message,
                     const std::function<void(google::protobuf::Message*)>& visit);
void VisitOuterFirst(google::protobuf::Message* message,
                     const std::function<void(google::protobuf::Message*)>& visit);

}  // namespace cadenza::pgwire
