"""Prefect's own server as a child process: on this machine only, quiet, and telling nobody about us.

Nothing here imports Prefect: the child does, and this process must be able to print its first line before it does.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

import certifi

from flows.service.home import CannotStart, listen, mark
from flows.settings import PREFIX

HOST = "127.0.0.1"
WORK_POOL = "firebreak"  # the one that prefect.yaml names

# The only setting of Prefect's own that is taken from outside: `user:password` for its page and its API.
_LOGIN = "PREFECT_SERVER_API_AUTH_STRING"

_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # a missing server is an error, not a second server after 12 s
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}
# One row at a time is the default, and costs four fifths of what SQLite could do.
_BATCHED = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "50",
}
# The journal is the history; Prefect keeps a quarter of runs and two days of events to look at.
_KEPT = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(92 * 24 * 3600),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
}


class PrefectServer:
    """Prefect's server for the Firebreak in `home`. `extra` is added to the child's environment."""

    def __init__(self, home: Path, port: int, extra: Mapping[str, str] | None = None) -> None:
        self.folder = home / "prefect"
        self.port = port
        self.log = self.folder / "server.log"
        self._home = home
        self._extra = dict(extra or {})
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    @property
    def page(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.page}/api"

    def running(self) -> bool:
        """Whether the child lives; it may not answer yet."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start the child and return at once; `wait` says when it can be used. Raises `CannotStart`.

        To be called in the main thread: the child ends with the thread that started it.
        """
        listen(HOST, self.port, "FIREBREAK_PREFECT_PORT", "Prefect's server").close()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            self.log.replace(self.log.with_suffix(".old.log"))
        child = [sys.executable, "-I", str(Path(__file__).with_name("prefect_child.py")), str(os.getpid())]
        self._started = time.monotonic()
        with self.log.open("wb") as log:
            self._child = subprocess.Popen(
                [*child, "server", "start", "--host", HOST, "--port", str(self.port)],
                env=self._environment(),
                cwd=self.folder,  # Prefect would read a .env or a prefect.toml that lies where we are
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we stop the server in our own order
            )

    def wait(self, within: float, waiting: Callable[[int], None]) -> None:
        """Return when the server answers and has its work pool. Raises `CannotStart` after `within` seconds.

        `waiting` is told every few seconds how many have passed since the start.
        """
        began = time.monotonic()
        told = int(began - self._started)
        while not self.healthy():
            now = time.monotonic()
            if not self.running():
                raise CannotStart(f"Prefect's server ended while it started; its last words are in {self.log}")
            passed = int(now - self._started)
            if now - began > within:
                raise CannotStart(f"Prefect's server does not answer after {passed} s; its log is {self.log}")
            if passed - told >= 5:
                told = passed
                waiting(told)
            time.sleep(0.1)
        self._make_work_pool()

    def healthy(self) -> bool:
        """Whether the server answers."""
        try:
            return self._ask("GET", "/api/health") == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self, grace: float = 10.0) -> None:
        """End the child and whatever it started; `grace` in seconds before it is killed."""
        if self._child is None:
            return
        for word, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, word)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)
                break
        self._child = None

    def adopt(self, environment: MutableMapping[str, str]) -> None:
        """Make an environment that of a client of this server, this process's own before Prefect is imported in it."""
        for name in [name for name in environment if name.startswith("PREFECT_") and name != _LOGIN]:
            del environment[name]  # of another project, or of Prefect Cloud
        environment.update(_QUIET | mark(self._home))
        environment["PREFECT_HOME"] = str(self.folder)
        environment["PREFECT_API_URL"] = self.api
        environment["PREFECT_API_SSL_CERT_FILE"] = str(self._one_certificate())
        if _LOGIN in environment:
            environment["PREFECT_API_AUTH_STRING"] = environment[_LOGIN]
        beyond_proxies = [name for name in (environment.get("NO_PROXY"), HOST, "localhost") if name]
        environment["NO_PROXY"] = environment["no_proxy"] = ",".join(dict.fromkeys(beyond_proxies))

    def _environment(self) -> dict[str, str]:
        # What only Firebreak needs to know, secrets above all, stays with Firebreak.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self.adopt(environment)
        return environment | _BATCHED | _KEPT | self._extra

    def _one_certificate(self) -> Path:
        """Prefect's client reads the whole bundle of authorities for every run, even for plain http: 56 ms of CPU."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / "one-certificate.pem"
        end = "-----END CERTIFICATE-----\n"
        path.write_text(certifi.contents().partition(end)[0] + end)
        return path

    def _make_work_pool(self) -> None:
        """`prefect deploy --all` wants the pool of prefect.yaml to exist, also when no worker ever asks for work."""
        status = self._ask("POST", "/api/work_pools/", {"name": WORK_POOL, "type": "process"})
        if status not in (201, 409):  # 409: it is there already
            raise CannotStart(f"Prefect's server refused to make its work pool (HTTP {status}); its log is {self.log}")

    def _ask(self, method: str, path: str, body: object = None) -> int:
        headers = {"Content-Type": "application/json"}
        if login := os.environ.get(_LOGIN):
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            return connection.getresponse().status
        finally:
            connection.close()
