"""A Spark Connect server for one test, in one process on 127.0.0.1: the test may ask it for a token, stop and start it."""

import os
import signal
import socket
import subprocess
import time

import lake as lakes

PYTHON = lakes.REPO / ".venv-spark" / "bin" / "python"


class SparkServer:
    def __init__(self, folder, token, with_delta=False):
        self.folder, self.token, self.with_delta = folder, token, with_delta
        folder.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        home = subprocess.run([PYTHON, "-c", "import importlib.util as u; "
                               "print(u.find_spec('pyspark').submodule_search_locations[0])"],
                              check=True, capture_output=True, text=True).stdout.strip()
        settings = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
                    "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(self.port),
                    "spark.connect.authenticate.token": self.token, "spark.sql.catalogImplementation": "in-memory"}
        command = [f"{home}/bin/spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
                   "--master", "local[1]", "--driver-memory", "700m"]
        if self.with_delta:
            jars = sorted(map(str, (lakes.REPO / ".deps" / "spark" / "jars").glob("delta-*.jar")))
            command += ["--jars", ",".join(jars)]
            settings |= {"spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
                         "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
                         "spark.sql.shuffle.partitions": "1"}
        for name, value in settings.items():
            command += ["--conf", f"{name}={value}"]
        self.log = self.folder / "server.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*command, "spark-internal"], cwd=self.folder, stdout=log, stderr=log,
                                            start_new_session=True,
                                            env=os.environ | {"SPARK_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1"})
        end = time.monotonic() + 90
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise AssertionError("the server did not start: " + self.log.read_text()[-3000:])

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
