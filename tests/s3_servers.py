"""S3 servers on 127.0.0.1 for the tests: moto always, versitygw where ./dev has built it."""

import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import botocore.config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from deltalake import DeltaTable

import lake as lakes

KEY_ID, SECRET = "AKIACADENZATEST", "s3cr3t/of+the=tests"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A running server, with what a test does to it from outside. `bundle`: it speaks https by this certificate."""

    def __init__(self, command, port, log, env=None, bundle=None):
        self.endpoint = f"{'https' if bundle else 'http'}://127.0.0.1:{port}"
        context = ssl.create_default_context(cafile=bundle) if bundle else None
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | (env or {}))
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(Path(log).read_text())
            try:
                urllib.request.urlopen(self.endpoint, timeout=1, context=context).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.05)
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET,
            region_name="us-east-1", config=botocore.config.Config(s3={"addressing_style": "path"}),
            verify=str(bundle) if bundle else None,
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def env(self, **changes) -> dict:
        """What a user would have in the environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1", "HOME": "/nonexistent",
        } | changes

    def bucket(self, name) -> str:
        self.client.create_bucket(Bucket=name)
        return f"s3://{name}"

    def put(self, uri, data: bytes):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        self.client.put_object(Bucket=bucket, Key=key, Body=data)

    def upload(self, folder, uri):
        paths = [path for path in Path(folder).rglob("*") if path.is_file()]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda path: self.put(f"{uri}/{path.relative_to(folder)}", path.read_bytes()), paths))
        return uri

    def keys(self, uri) -> list[str]:
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def delta(self, lake, name) -> DeltaTable:
        return self.delta_at(f"{lake}/{lakes.TABLES[name]}/{name}")

    def delta_at(self, uri) -> DeltaTable:
        options = {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ALLOW_HTTP": "true", "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
        }
        return DeltaTable(uri, storage_options=options)

    def arrow(self, lake, name):
        return self.delta(lake, name).to_pyarrow_table()


def start_moto(folder, port=None) -> Server:
    port = port or free_port()
    return Server(moto_command(port), port, folder / "moto.log")


def moto_command(port) -> list[str]:
    return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]


def start_moto_with_https(folder) -> tuple[Server, Path]:
    """And the certificate that nobody but itself vouches for."""
    port, certificate, key = free_port(), folder / "certificate.pem", folder / "key.pem"
    make_certificate(certificate, key)
    command = [*moto_command(port), "--ssl-cert", str(certificate), "--ssl-key", str(key)]
    return Server(command, port, folder / "moto.log", bundle=certificate), certificate


def make_certificate(certificate, key):
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cadenza tests")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(secret.public_key())
              .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
              .not_valid_after(now + datetime.timedelta(days=1)).add_extension(address, critical=False)
              .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
              .sign(secret, hashes.SHA256()))
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()))


def gateway_path():
    default = lakes.REPO / ".deps" / "versitygw" / "versitygw"
    path = os.environ.get("CADENZA_VERSITYGW", str(default))
    return path if os.access(path, os.X_OK) else shutil.which("versitygw")


def start_gateway(folder, port=None) -> Server:
    """Checks signatures strictly, and keeps objects as files."""
    port = port or free_port()
    data = folder / "objects"
    data.mkdir()
    command = [gateway_path(), "--port", f"127.0.0.1:{port}", "--virtual-domain", "localhost", "--quiet", "posix", str(data)]
    return Server(command, port, folder / "versitygw.log", {"ROOT_ACCESS_KEY": KEY_ID, "ROOT_SECRET_KEY": SECRET})
