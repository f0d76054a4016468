#!/usr/bin/env python3
"""A gRPC proxy in front of a Spark Connect server that breaks its streams; prints its port, then serves until its
standard input ends, then prints what it did as JSON.

  .venv-spark/bin/python tests/judges/spark_cutter.py PORT_OF_SPARK each|first|lost

each: every stream of answers is cut behind its first message.
first: the answer to each plan is cut before its first message; the plan has run, or runs.
lost: each plan is cut before it reaches the server, once.
"""

import json
import sys
from collections import Counter
from concurrent import futures

import grpc

SERVICE = "/spark.connect.SparkConnectService/"
STREAMS = {"ExecutePlan", "ReattachExecute"}
LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Cutter(grpc.GenericRpcHandler):
    def __init__(self, port, mode):
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=LIMIT)
        self.mode, self.calls, self.cuts, self.lost = mode, Counter(), 0, set()

    def service(self, details):
        name = details.method.removeprefix(SERVICE)
        metadata = [pair for pair in details.invocation_metadata if not pair[0].startswith(("grpc-", "user-agent", ":"))]
        self.calls[name] += 1

        def stream(request, context):
            if self.mode == "lost" and name == "ExecutePlan" and request not in self.lost:
                self.lost.add(request)
                self.cut(context)
            answers = self.channel.unary_stream(details.method)(request, metadata=metadata)
            sent = 0
            try:
                for answer in answers:
                    if self.mode == "first" and name == "ExecutePlan":
                        self.cut(context)
                    yield answer
                    sent += 1
                    if self.mode == "each" and sent == 1:
                        self.cut(context)
            except grpc.RpcError as error:
                if isinstance(error, grpc.Call):
                    context.set_trailing_metadata(error.trailing_metadata())
                    context.abort(error.code(), error.details())
                raise
            finally:
                answers.cancel()

        def unary(request, context):
            try:
                return self.channel.unary_unary(details.method)(request, metadata=metadata)
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata())
                context.abort(error.code(), error.details())

        if name in STREAMS:
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(unary)

    def cut(self, context):
        self.cuts += 1
        context.abort(grpc.StatusCode.UNAVAILABLE, "cut by the test")


def main():
    cutter = Cutter(sys.argv[1], sys.argv[2])
    server = grpc.server(futures.ThreadPoolExecutor(16), options=LIMIT)
    server.add_generic_rpc_handlers((cutter,))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(None)
    print(json.dumps({"cuts": cutter.cuts, "calls": cutter.calls}), flush=True)


if __name__ == "__main__":
    main()
