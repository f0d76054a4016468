#!/usr/bin/env python3
"""Compares a descriptor set (protoc --descriptor_set_out) with Spark's own protocol, as pyspark has it.

  .venv-spark/bin/python tests/judges/spark_protocol.py DESCRIPTOR_SET

Prints one line for each message, field, enum value or method of ours that Spark has not in the same way, and at the
end how many were compared.
"""

import sys

from google.protobuf import descriptor_pb2, descriptor_pool
from pyspark.sql.connect.proto import base_pb2

assert base_pb2, "importing it fills the default pool with all of Spark's messages"
SPARK = descriptor_pool.Default()
FIELD = descriptor_pb2.FieldDescriptorProto


def facts(field) -> tuple:
    """Number, type, repeated or not, the name of its type, and the oneof that it is in."""
    plain = descriptor_pb2.FieldDescriptorProto()
    field.CopyToProto(plain)
    return plain.number, plain.type, plain.label == FIELD.LABEL_REPEATED, plain.type_name, plain.proto3_optional


def compare_message(name, ours, report):
    try:
        theirs = SPARK.FindMessageTypeByName(name)
    except KeyError:
        report(f"no such message: {name}")
        return
    for field in ours.field:
        there = theirs.fields_by_name.get(field.name)
        own = (field.number, field.type, field.label == FIELD.LABEL_REPEATED, field.type_name, field.proto3_optional)
        report(None if there and facts(there) == own else f"{name}.{field.name}: {own}, Spark {there and facts(there)}")
        union = ours.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
        if there and not field.proto3_optional:
            real = there.containing_oneof.name if there.containing_oneof else None
            report(None if union == real else f"{name}.{field.name}: in oneof {union}, Spark {real}")
    for inner in ours.nested_type:
        compare_message(f"{name}.{inner.name}", inner, report)
    for enum in ours.enum_type:
        values = {value.name: value.number for value in SPARK.FindEnumTypeByName(f"{name}.{enum.name}").values}
        for value in enum.value:
            same = values.get(value.name) == value.number
            report(None if same else f"{name}.{enum.name}.{value.name}: {value.number}")


def compare_service(package, service, report):
    theirs = SPARK.FindServiceByName(f"{package}.{service.name}").methods_by_name
    for method in service.method:
        plain = descriptor_pb2.MethodDescriptorProto()
        theirs[method.name].CopyToProto(plain)
        same = (plain.input_type, plain.output_type, plain.server_streaming, plain.client_streaming) == (
            method.input_type, method.output_type, method.server_streaming, method.client_streaming)
        report(None if same else f"{service.name}.{method.name}")


def main():
    compared, wrong = 0, []

    def report(fault):
        nonlocal compared
        compared += 1
        if fault:
            wrong.append(fault)

    descriptors = descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read())
    for file in descriptors.file:
        for message in file.message_type:
            compare_message(f"{file.package}.{message.name}", message, report)
        for service in file.service:
            compare_service(file.package, service, report)
    print("\n".join([*wrong, f"{compared} compared, {len(wrong)} wrong"]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
