"""A proxy in front of an S3 server that makes requests fail as networks and servers do."""

import http.client
import random
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_DOWN = b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
BROKEN = b'<?xml version="1.0"?><Error><Code>InternalError</Code><Message>We are sorry.</Message></Error>'


def no_fault(method, path, headers):
    return None


def one_in(count, seed, kinds=("500", "503", "cut", "half", "delay", "lost")):
    """Of `count` requests one fails, each time in another way."""
    dice = random.Random(seed)
    return lambda method, path, headers: dice.choice(kinds) if dice.randrange(count) == 0 else None


class FaultProxy:
    """`plan(method, path, headers)` names the fault of a request, or None:
    500, 503, cut (closed before it is carried out), half (closed within the answer),
    delay, lost (carried out, but the answer never comes)."""

    def __init__(self, endpoint, plan=no_fault):
        self.backend, self.plan = endpoint.removeprefix("http://"), plan
        self.faults, self.requests = Counter(), Counter()
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self):
                proxy.serve(self)

            def log_message(self, *_):
                pass

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def serve(self, call):
        body = call.rfile.read(int(call.headers.get("Content-Length", 0)))
        with self.lock:
            fault = self.plan(call.command, call.path, call.headers)
            self.requests[call.command] += 1
            if fault:
                self.faults[fault] += 1
        if fault == "cut":
            return self.close(call)
        if fault in ("500", "503"):
            return self.answer(call, int(fault), {}, SLOW_DOWN if fault == "503" else BROKEN)
        if fault == "delay":
            time.sleep(0.3)
        headers = dict(call.headers.items())
        if fault == "unconditional":
            headers.pop("If-None-Match", None)
        status, answered, data = self.forward(call, headers, body)
        if fault == "lost":
            return self.close(call)
        self.answer(call, status, answered, data, cut=fault == "half")

    def forward(self, call, headers, body):
        # The Host header stays as it was signed.
        connection = http.client.HTTPConnection(self.backend, timeout=60)
        try:
            connection.putrequest(call.command, call.path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if name.lower() != "connection":
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def answer(self, call, status, headers, data, cut=False):
        call.send_response_only(status)
        dropped = {"content-length", "transfer-encoding", "connection"}
        length = headers.get("Content-Length") if call.command == "HEAD" else None
        for name, value in headers.items():
            if name.lower() not in dropped:
                call.send_header(name, value)
        call.send_header("Content-Length", length or str(len(data)))
        call.end_headers()
        if call.command != "HEAD":
            call.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close(call)

    @staticmethod
    def close(call):
        call.close_connection = True
        try:
            call.wfile.flush()
            call.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
