#!/usr/bin/env python3
"""Compares a descriptor set (protoc --descriptor_set_out) with Spark's own protocol, as pyspark has it.

  .venv-spark/bin/python tests/judges/spark_protocol.py DESCRIPTOR_SET

Prints one line for each message, field, enum value or method of ours that Spark has not in the same way, and at the
end how many were compared.
"""

import sys

from google.protobuf import descriptor_pb2
from pyspark.sql.connect.proto import base_pb2

FIELD = descriptor_pb2.FieldDescriptorProto


def named(files) -> dict:
    """Every message, enum and service of the files by its full name."""
    found = {}

    def add(prefix, message):
        name = f"{prefix}.{message.name}"
        found[name] = message
        found.update((f"{name}.{enum.name}", enum) for enum in message.enum_type)
        for inner in message.nested_type:
            add(name, inner)

    for file in files:
        for message in file.message_type:
            add(file.package, message)
        found.update((f"{file.package}.{service.name}", service) for service in file.service)
    return found


def with_dependencies(file, found):
    plain = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(plain)
    found[file.name] = plain
    for other in file.dependencies:
        if other.name not in found:
            with_dependencies(other, found)
    return found


def members(thing) -> dict:
    """What of it has to be the same, by name."""
    if isinstance(thing, descriptor_pb2.EnumDescriptorProto):
        return {value.name: value.number for value in thing.value}
    if isinstance(thing, descriptor_pb2.ServiceDescriptorProto):
        return {method.name: (method.input_type, method.output_type, method.server_streaming, method.client_streaming)
                for method in thing.method}
    return {field.name: (field.number, field.type, field.label == FIELD.LABEL_REPEATED, field.type_name,
                         "optional" if field.proto3_optional else
                         thing.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None)
            for field in thing.field}


def main():
    ours = named(descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read()).file)
    spark = named(with_dependencies(base_pb2.DESCRIPTOR, {}).values())
    compared, wrong = 0, []
    for name, thing in ours.items():
        there = members(spark[name]) if name in spark else {}
        compared += 1
        if name not in spark:
            wrong.append(f"no such message: {name}")
        for member, facts in members(thing).items():
            compared += 1
            if there.get(member) != facts:
                wrong.append(f"{name}.{member}: {facts}, Spark: {there.get(member)}")
    print("\n".join([*wrong, f"{compared} compared, {len(wrong)} wrong"]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
