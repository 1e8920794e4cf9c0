"""The app behind a real server, as Meta meets it: real sockets, many at once, some of them broken off."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from sqlalchemy import func, select

from flows.receiving.signature import sign
from flows.store.database import Store
from flows.store.tables import Message
from flows.web.app import create_app
from flows.web.health import Probe
from flows.web.webhook import PATH
from tests.flows.receiving.bodies import message, messages, raw, text

SECRET = "the app's secret"


@contextmanager
def served(store: Store, *probes: Probe) -> Iterator[tuple[str, int]]:
    """The host and port of a server with the app on this store."""
    app = create_app(store, app_secret=SECRET, verify_token="token", on_arrival=lambda: None, probes=probes)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def address(file_store: Store) -> Iterator[tuple[str, int]]:
    with served(file_store) as address:
        yield address


def count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


def post(address: tuple[str, int], body: bytes) -> int:
    url = f"http://{address[0]}:{address[1]}{PATH}"
    return httpx.post(url, content=body, headers={"X-Hub-Signature-256": sign(SECRET, body)}, timeout=60).status_code


def test_many_deliveries_at_once(file_store: Store, address: tuple[str, int]) -> None:
    """When a thousand customers write at once, some messages would be lost or doubled."""
    bodies = [
        raw(messages(*(message(start + step, sender=f"49151{start + step:08d}") for step in range(10)), contacts=[]))
        for start in range(0, 100, 5)  # each message is in two bodies
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: post(address, body), bodies))
    assert set(answers) == {200}
    assert count(file_store) == 105


def test_a_body_that_breaks_off(file_store: Store, address: tuple[str, int]) -> None:
    """A line that breaks would leave the webhook hanging, or half a body stored."""
    body = raw(messages(text(1)))
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nX-Hub-Signature-256: {sign(SECRET, body)}"
    )
    with socket.create_connection(address) as line:
        line.sendall(f"{head}\r\n\r\n".encode() + body[:-10])
    assert post(address, body) == 200
    assert count(file_store) == 1


def test_an_endless_body_is_cut_off(address: tuple[str, int]) -> None:
    """One caller could fill the memory of the machine."""
    with socket.create_connection(address, timeout=20) as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        try:
            for _ in range(200):
                line.sendall(piece)
            answer = b""
        except OSError:
            answer = b"cut off"
        answer = answer or line.recv(100)
        assert b"413" in answer or answer == b"cut off"
