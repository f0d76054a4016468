"""A running `cadenza serve`, and a client of it that sends exactly what it is told."""

import http.client
import json
import socket
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass

import lake as lakes


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return self.json["error"]["code"]


class Served:
    def __init__(self, url, process):
        self.url, self.process = url, process
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port

    def ask(self, method, path, body=None, headers=None, timeout=60) -> Answer:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            reply = connection.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def get(self, path, headers=None, **query) -> Answer:
        query = {name.rstrip("_"): value for name, value in query.items()}
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""), headers=headers)

    def sql(self, text, accept="application/json", params=None, headers=None, **options) -> Answer:
        body = {"sql": text} | ({} if params is None else {"params": params})
        return self.ask("POST", "/api/v1/sql", json.dumps(body), {"Accept": accept, **(headers or {})}, **options)

    def raw(self, data: bytes) -> bytes:
        """What comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=20) as connection:
            connection.sendall(data)
            pieces = []
            while piece := connection.recv(65536):
                pieces.append(piece)
            return b"".join(pieces)

    def children(self) -> list[int]:
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            return [int(each) for each in file.read().split()]


@contextmanager
def serving(lake, *flags, env=None, code=0):
    process = lakes.start("serve", "--lake", lake, "--listen", "127.0.0.1:0", *flags, env=env)
    try:
        line = process.stdout.readline().decode().strip()
        assert line.startswith("http"), line + process.stderr.read().decode()
        yield Served(line, process)
    finally:
        process.terminate()
        outcome = lakes.finish(process)
        assert outcome.code == code, outcome.err


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)
    return value
