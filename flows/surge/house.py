"""The two processes of a surge rehearsal, on free ports of this machine, with all that they keep in one folder."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.assembly import role_names
from flows.errors import FirebreakError
from flows.settings import ENV_FILE, PREFIX
from flows.shelf import CONTENT, ROOT
from flows.surge.answering import WITH_PREFECT
from flows.surge.colleague import Colleague
from flows.surge.whatsapp import Plan
from rules.bundle import content_files
from rules.vocabulary import Vocabulary

HOST = "127.0.0.1"
NUMBER = "100000000000001"  # the practice WhatsApp's own
UP_WITHIN = 120.0  # seconds
DOWN_WITHIN = 30.0


class DidNotStart(FirebreakError):
    """A process of the rehearsal ended before it could begin, or did not come up."""


class House:
    """Firebreak as it would run for real, but for its WhatsApp."""

    def __init__(self, folder: Path, plan: Plan, port: int, *, prefect: bool) -> None:
        self.log = folder / "firebreak.log"
        self._folder = folder
        self._plan = plan
        self._port = port
        self._prefect = prefect
        self.master_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        self._process: subprocess.Popen[bytes] | None = None
        self._most = 0
        self._content = _as_it_stands(folder / "content")
        self._settle_in(folder, plan, port)

    def start(self) -> None:
        """Start it and return when customers can be answered. Raises `DidNotStart`."""
        words = [sys.executable, "-m", "flows.surge.answering", *([WITH_PREFECT] if self._prefect else [])]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, cwd=self._folder, env=_surroundings(self._content), stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + UP_WITHIN
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > deadline:
                told = self.log.read_text(errors="replace").strip().splitlines()[-5:]
                raise DidNotStart("\n".join([f"Firebreak did not start; {self.log} has more:", *told]))
            time.sleep(0.05)

    def colleague(self, vocabulary: Vocabulary) -> Colleague:
        """Somebody on call for it, once it has been started."""
        home = f"sqlite:///{self._folder}/home"
        return Colleague(f"{home}/firebreak.db", f"{home}/keys.db", self.master_key, vocabulary)

    def kill(self) -> None:
        """End it with no chance to tidy up."""
        assert self._process is not None, "started before"
        self.memory()
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self.memory()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(DOWN_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def memory(self) -> int | None:
        """The most that it has had in memory, in bytes; None where the system does not tell."""
        if self._process is not None:
            with suppress(OSError, IndexError, ValueError):
                told = Path(f"/proc/{self._process.pid}/status").read_text()
                self._most = max(self._most, int(told.partition("VmHWM:")[2].split()[0]) * 1024)
        return self._most or None

    def processor(self) -> float | None:
        """How many seconds of the processor it has taken since it was started; None where the system does not tell."""
        assert self._process is not None, "started before"
        with suppress(OSError, IndexError, ValueError):
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return None

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self._port}/healthz", timeout=5) as answer:
                return b"responder" in answer.read() and "Firebreak is up" in self.log.read_text(errors="replace")
        except (OSError, urllib.error.URLError):
            return False

    def _settle_in(self, folder: Path, plan: Plan, port: int) -> None:
        """Write down its team and its settings: none of this installation's own but where its content is. Whoever keeps
        the folder can go there and look around with every command of Firebreak."""
        board = f"json://{HOST}:{plan.port}/practice/team"
        people = {role: f"{board}/{role}" for role in role_names()}
        team = folder / "team.yaml"
        team.write_text(json.dumps({"people": people, "roles": {role: [role] for role in people}}), encoding="utf-8")
        ours = {
            "HOME": str(folder / "home"),
            "CHANNEL": "cloud_api",
            "HOST": HOST,
            "PORT": str(port),
            "PREFECT_PORT": str(free_port()),
            "MASTER_KEY": self.master_key,
            "WHATSAPP_TOKEN": plan.token,
            "WHATSAPP_APP_SECRET": plan.app_secret,
            "WHATSAPP_VERIFY_TOKEN": secrets.token_urlsafe(),
            "WHATSAPP_PHONE_NUMBER_ID": NUMBER,
            "WHATSAPP_API_BASE": f"http://{HOST}:{plan.port}",
            "MESSAGES_PER_SECOND": str(plan.per_second),
            "TEAM": str(team),
        }
        settings = folder / ENV_FILE
        settings.touch(0o600)
        settings.write_text("".join(f"{PREFIX}{name}={value}\n" for name, value in ours.items()), encoding="utf-8")


@contextmanager
def whatsapp(folder: Path, plan: Plan) -> Iterator[subprocess.Popen[str]]:
    """The process of the practice WhatsApp, ready for the crowd to begin."""
    file = folder / "plan.json"
    file.write_text(json.dumps(asdict(plan)), encoding="utf-8")
    with ExitStack() as stack:
        log = stack.enter_context((folder / "whatsapp.log").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.surge.whatsapp", str(file)],
            cwd=folder,
            env=_surroundings(ROOT),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise DidNotStart(f"The practice WhatsApp did not start; {folder}/whatsapp.log says why.")
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(OSError):
                    pipe.close()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _as_it_stands(folder: Path) -> Path:
    """A copy of the content that was never released: what is written now is played, as in every rehearsal."""
    for path, text in content_files(ROOT).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def _surroundings(content: Path) -> dict[str, str]:
    """The environment of both processes: without a setting of this installation."""
    others: dict[str, Any] = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    code = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")]))
    return {**others, "PYTHONPATH": path, CONTENT: str(content), "PYTHONUNBUFFERED": "1"}
