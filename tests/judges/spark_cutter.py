#!/usr/bin/env python3
"""A gRPC proxy in front of a Spark Connect server that breaks its streams; prints its port, then serves until its
standard input ends, then prints what it did as JSON.

  .venv-spark/bin/python tests/judges/spark_cutter.py PORT_OF_SPARK each|first|lost|bytes
  .venv-spark/bin/python tests/judges/spark_cutter.py PORT_OF_SPARK tls KEY CERTIFICATE

each: every stream of answers is cut behind its first message.
first: the answer to each plan is cut before its first message; the plan has run, or runs.
lost: each plan is cut before it reaches the server, once.
bytes: connections are reset after 3 MB of answers.
tls: nothing is cut; the proxy speaks TLS.
"""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from concurrent import futures
from pathlib import Path

import grpc

SERVICE = "/spark.connect.SparkConnectService/"
STREAMS = {"ExecutePlan", "ReattachExecute"}
# Not more on its way to here than the client would have.
LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
         ("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 4 << 20)]
RESET_BYTES = 3_000_000


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


async def reset_by_bytes(port):
    did = {"cuts": 0, "calls": {}}

    async def copy(reader, writer, limit):
        while limit > 0 and (data := await reader.read(1 << 16)):
            writer.write(data)
            await writer.drain()
            limit -= len(data)
        return limit <= 0

    async def serve(reader, writer):
        there = await asyncio.open_connection("127.0.0.1", port)
        up = asyncio.ensure_future(copy(reader, there[1], 1 << 60))
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            did["cuts"] += await copy(there[0], writer, RESET_BYTES)
        up.cancel()
        for one in (writer, there[1]):
            one.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps(did), flush=True)


def main():
    if sys.argv[2] == "bytes":
        return asyncio.run(reset_by_bytes(int(sys.argv[1])))
    cutter = Cutter(sys.argv[1], sys.argv[2])
    server = grpc.server(futures.ThreadPoolExecutor(16), options=LIMIT)
    server.add_generic_rpc_handlers((cutter,))
    if cutter.mode == "tls":
        key, certificate = (Path(name).read_bytes() for name in sys.argv[3:5])
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    print(port, flush=True)
    server.start()
    sys.stdin.read()
    server.stop(None)
    print(json.dumps({"cuts": cutter.cuts, "calls": cutter.calls}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
