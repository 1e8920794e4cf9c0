"""A real PostgreSQL server for tests, in a temporary directory, reached through a socket in it only."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from flows.store.engines import connect, writing
from flows.store.schema import TABLES, Which, bring_up_to_date

USER = "firebreak"
# Nothing here has to survive a power cut, so the server need not wait for the disk.
OPTIONS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c shared_buffers=16MB -c max_connections=50"


class PostgresServer:
    """A server of its own: started when made, and gone with all its data when stopped."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.home = Path(tempfile.mkdtemp(prefix="firebreak-postgres-"))
        # PostgreSQL refuses to run as root.
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = _unprivileged()
            os.chown(self.home, account.pw_uid, account.pw_gid)
            self._as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._numbers = itertools.count(1)
        try:
            self._run("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
            self._run("pg_ctl", "-w", "-l", str(self.home / "log"), "-o", f"{OPTIONS} -k {self.home}", "start")
        except BaseException:
            shutil.rmtree(self.home)
            raise

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"firebreak_{next(self._numbers)}"
        with psycopg.connect(host=str(self.home), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@/{name}?host={self.home}"

    def empty_pair(self) -> tuple[str, str]:
        """The URLs of a data and a keys database with empty tables: always the same two, since making one is slow."""
        for which, url in self._pair.items():
            engine = connect(url)
            bring_up_to_date(engine, which)
            with writing(engine) as connection:
                connection.exec_driver_sql(";".join(f"DELETE FROM {table}" for table in TABLES[which].tables))
            engine.dispose()
        return self._pair["data"], self._pair["keys"]

    @cached_property
    def _pair(self) -> dict[Which, str]:
        return {which: self.new_database() for which in TABLES}

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.home)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), "-D", str(self.home / "data"), *arguments]
        done = subprocess.run(
            command, cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **self._as_user
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def find_binaries() -> Path | None:
    """The folder with PostgreSQL's own programs: from the path, or where Debian puts them, newest first."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    by_version = sorted(installed, key=lambda path: float(path.parts[-3]), reverse=True)
    return by_version[0].parent if by_version else None


def _unprivileged() -> pwd.struct_passwd:
    names = {account.pw_name: account for account in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]
