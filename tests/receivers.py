"""Servers on 127.0.0.1 that receive alerts: a webhook and a mail server, both real ones."""

import email
import email.policy
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class WebhookServer:
    """Answers with the statuses that it was given, then with 200. `requests`: headers and body.
    `secured`: files of a certificate and its key, for https."""

    def __init__(self, statuses=(), pause_s=0.0, secured=None):
        self.requests, self.statuses, self.pause_s = [], list(statuses), pause_s
        self.lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.requests.append((dict(self.headers), json.loads(body)))
                    status = receiver.statuses.pop(0) if receiver.statuses else 200
                time.sleep(receiver.pause_s)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.scheme = "https" if secured else "http"
        if secured:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*secured)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}/services/T0/SECRET-PART"

    @property
    def keys(self):
        return [headers["Idempotency-Key"] for headers, _ in self.requests]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class MailServer:
    """Takes mail, of the user `cadenza` alone where a password is given. `refuse`: answers to RCPT before it takes any."""

    def __init__(self, password=None, refuse=()):
        self.messages, self.refuse = [], list(refuse)
        receiver = self

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if receiver.refuse:
                    return receiver.refuse.pop(0)
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                message = email.message_from_bytes(envelope.content, policy=email.policy.default)
                receiver.messages.append((envelope.mail_from, envelope.rcpt_tos, message))
                return "250 taken"

        def authenticate(server, session, envelope, mechanism, data):
            good = data.login == b"cadenza" and data.password == (password or "").encode()
            return AuthResult(success=good, handled=False)

        options = {} if password is None else {
            "authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
        self.controller = Controller(Handler(), hostname="127.0.0.1", port=free_port(), **options)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.controller.port}"
