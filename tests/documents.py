"""Documents that run: every file that a document shows is written, every command that it shows is typed, and what
comes of it is held against what stands there.

`python -m tests.documents docs/playbooks.md` plays a document in a copy of the content; `--write` pastes what really
came into it. The words before a block say what is done with it:

- **`playbooks/a.yaml`** before a block: this is the whole file.
- **`playbooks/a.yaml`**, at the end: it is put below what the file holds.
- **`playbooks/a.yaml`**, above `steps:`: it is put there.
- **`playbooks/a.yaml`**, from `steps:` on: it takes the place of that line and of everything below it.
- **`chat.txt`** before a block of `text`: likewise. A block of YAML without any of these is a list of steps, which has
  to pass the check in a playbook of its own.
- In a block of `console`, `$` begins a command, and what comes of it follows. `…` on a line of its own stands for any
  lines, and `…` in a line for anything. In a command, `T-…` is the first of the open tasks (of those that `firebreak
  tasks` has listed in the same block, if it did), `C-…` the first case that was shown last, and so on.
- **2026-03-02 09:00**, at the beginning of the line before such a block: it is that time (in UTC), and Firebreak is up,
  see `tests/service_of_documents.py`.
- A block of `whatsapp` is what customers write, as `tests/customers_of_documents.py` reads it. Where a document has
  one, texts leave through the API; where it has none, they are sent by hand.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.service_of_documents import Service

HERE = Path(__file__).parents[1]
LEFT_OUT = "…"
TASKS = "firebreak tasks"
SHORT = 900
"""Two scenarios with fewer characters are played in no time."""
Place = Literal["whole", "at the end", "above", "from"]
_LASTING = re.compile(r"- after: (\d+ (days?|weeks?)|[3-9]\d* hours|\d\d+ hours)")
_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(
    r"^\*\*`(?P<path>[\w/.-]+)`\*\*"
    r"(?:(?:, |，)(?:(?P<end>at the end|接在末尾)|(?P<above>above|插在) ?`(?P<line>[^`]+)`(?: 上面)?"
    r"|(?:from|从) `(?P<first>[^`]+)` (?:on|起)))?$"
)
_MOMENT = re.compile(r"^\*\*(\d{4}-\d\d-\d\d \d\d:\d\d)\*\*")
_ID = re.compile(r"(?<![0-9A-Za-z])([A-Z])-[0-9A-Z]{10}(?![0-9A-Za-z])")  # also amid Chinese
_VARIES = (
    (re.compile(r"in [0-9.]+ s\b"), "in 0.5 s"),
    (_ID, r"\1-…"),
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind, its text, the file it belongs to and how, and where it stands."""

    kind: str
    text: str
    start: int
    line: int
    path: str | None = None
    place: Place = "whole"
    beside: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Difference:
    """A command whose outcome is not what the document shows."""

    line: int
    command: str
    shown: str
    came: str

    def __str__(self) -> str:
        lines = difflib.unified_diff(self.shown.splitlines(), self.came.splitlines(), "shown", "came", lineterm="")
        return "\n".join([f"line {self.line}: $ {self.command}", *list(lines)[2:]])


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a document, in its order."""
    for found in _FENCE.finditer(text):
        before = text[: found.start()].rstrip("\n").rsplit("\n", 1)[-1]
        said = _FILE.match(before) if found["kind"] in ("yaml", "text") else None
        line = text[: found.start()].count("\n") + 1
        moment = _MOMENT.match(before) if found["kind"] in ("console", "whatsapp") else None
        at = datetime.fromisoformat(moment[1]).replace(tzinfo=UTC) if moment is not None else None
        block = Block(found["kind"], found["text"], found.start("text"), line, at=at)
        yield block if said is None else _in_file(block, said)


def _in_file(block: Block, said: re.Match[str]) -> Block:
    place: Place = "at the end" if said["end"] else "above" if said["above"] else "from" if said["first"] else "whole"
    return replace(block, path=said["path"], place=place, beside=said["line"] or said["first"] or "")


def fits(shown: str, came: str) -> bool:
    """Whether this came, apart from what the document leaves out."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == LEFT_OUT else re.escape(line).replace(LEFT_OUT, ".*") + r"\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, came) is not None


class Play:
    """One document, played in a folder that holds a copy of the content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service: Service | None = None
        self._by_hand = True
        self._tasks = TASKS
        self._shown: dict[str, str] = {}
        self._opened = contextlib.ExitStack()

    def document(self, text: str) -> Iterator[tuple[Block, str, list[Difference]]]:
        """Every block of commands with what it should look like, and what differs."""
        every = list(blocks(text))
        self._by_hand = all(block.kind != "whatsapp" for block in every)
        with self._opened:
            for block in every:
                if block.path is not None:
                    self.write(block)
                elif block.kind == "yaml":
                    self.check_steps(block)
                elif block.kind == "whatsapp":
                    self.hear(block)
                elif block.kind == "console":
                    if block.at is not None:
                        self.wait_until(block.at)
                    yield block, *self.type_in(block)

    def wait_until(self, moment: datetime) -> None:
        """Let Firebreak be up until then; at the first moment it is started."""
        from tests import service_of_documents

        if self.service is None:
            self.service = self._opened.enter_context(service_of_documents.up(moment, by_hand=self._by_hand))
        self.service.go_on(moment)

    def hear(self, block: Block) -> None:
        """Let customers write what stands there."""
        from tests import customers_of_documents

        if block.at is not None:
            self.wait_until(block.at)
        assert self.service is not None, f"line {block.line}: nobody has said yet what time it is"
        for said in customers_of_documents.read(block.text, self.service.clock.now(), block.line):
            self.service.hear(said)

    def write(self, block: Block) -> None:
        """Write the file as the designer would."""
        path = self.folder / (block.path or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [] if block.place == "whole" else path.read_text(encoding="utf-8").splitlines(keepends=True)
        here = len(lines)
        if block.beside:
            found = [number for number, line in enumerate(lines) if line.strip() == block.beside]
            found = [n for n in found if indent(lines[n]) == min(indent(lines[each]) for each in found)]
            assert len(found) == 1, f"line {block.line}: `{block.beside}` stands {len(found)} times in {block.path}"
            here = found[0]
        below = lines[here:] if block.place == "above" else []
        path.write_text("".join([*lines[:here], block.text, *below]), encoding="utf-8")

    def check_steps(self, block: Block) -> None:
        """A block that belongs to no file is an example of steps; it must be sound in a playbook of its own."""
        assert block.text.startswith("- "), f"line {block.line}: a block of YAML says which file it is, or holds steps"
        file = self.folder / "playbooks/an_example.yaml"
        head = "playbook: an-example\nversion: 1.0.0\ntitle: An example\nscope: case\nsteps:\n"
        file.write_text(head + block.text, encoding="utf-8")
        came = self.run("firebreak check playbooks/an_example.yaml")
        problems = [line for line in came.splitlines() if " error: " in line]
        file.unlink()
        assert not problems, f"line {block.line}: {problems}"

    def type_in(self, block: Block) -> tuple[str, list[Difference]]:
        """The block as it really is, and what differs from how it is shown."""
        real, differences = [], []
        self._tasks = TASKS
        for said in re.split(r"^(?=\$ )", block.text, flags=re.MULTILINE):
            if not said.strip():
                continue
            command, _, shown = said.partition("\n")
            came = self.run(command[2:])
            self._tasks = command[2:] if command[2:].startswith(TASKS) else self._tasks
            gap = "\n" if shown.endswith("\n\n") else ""  # an empty line before the next command is no output
            shown = shown.rstrip("\n") + "\n" if shown.strip() else ""
            if fits(shown, came):
                came = shown
            else:
                differences.append(Difference(block.line, command[2:], shown, came))
            real.append(f"{command}\n{came}{gap}")
        return "".join(real), differences

    def run(self, command: str) -> str:
        """Type a command; what it prints, on both outputs."""
        from tests.command_line import typed

        words = [re.sub(r"^([A-Z])-…$", lambda left_out: self._id(left_out[1]), word) for word in shlex.split(command)]
        if words[0] == "rm":
            (self.folder / words[1]).unlink()
            return ""
        assert words[0] == "firebreak", command
        result = typed(*words[1:])
        if self.service is not None:
            self.service.go_on()
        for found in reversed(list(_ID.finditer(result.output))):
            self._shown[found[1]] = found[0]
        return steady("".join(f"{line.rstrip()}\n" for line in result.output.strip("\n").splitlines()))

    def _id(self, kind: str) -> str:
        """The id that a command leaves out."""
        if kind == "T":
            self.run(self._tasks)
        assert kind in self._shown, f"nothing that begins with {kind}- has been shown yet"
        return self._shown[kind]


def indent(line: str) -> int:
    """How many spaces stand before it."""
    return len(line) - len(line.lstrip())


def steady(text: str) -> str:
    """The text without what differs from one time to the next."""
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text


def fewer(text: str) -> str:
    """A test file with its first two scenarios, or with one if they are long: that spares minutes, the check finds
    nothing missing, and all of them have a test of their own."""
    head, *scenarios = text.split("\n  - name: ")
    scenarios.sort(key=lambda each: _LASTING.search(each) is not None)  # those in which no day has to pass come first
    kept = scenarios[:2] if len("".join(scenarios[:2])) < SHORT else scenarios[:1]
    return "\n  - name: ".join([head, *kept]).rstrip() + "\n"


@contextlib.contextmanager
def copied() -> Iterator[Path]:
    """A folder with a copy of the content, in which everything is done from here on."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("playbooks", "rules", "schemas"):
            shutil.copytree(HERE / name, Path(folder) / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for path in Path(folder).rglob("*.test.yaml"):
            path.write_text(fewer(path.read_text(encoding="utf-8")), encoding="utf-8")
        for name in [name for name in os.environ if name.startswith("FIREBREAK_")]:
            del os.environ[name]
        os.environ.update(FIREBREAK_CONTENT=folder, COLUMNS="84", NO_COLOR="1")
        before = Path.cwd()
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def main(path: Path, *, write: bool) -> int:
    """Play the document; the exit code is 1 when something differs and it is not to be written."""
    text = path.read_text(encoding="utf-8")
    out = io.StringIO()
    with copied() as folder:
        played = list(Play(folder).document(text))
    for _, _, differences in played:
        for each in differences:
            print(each, file=out)
    for block, real, _ in reversed(played):
        text = text[: block.start] + real + text[block.start + len(block.text) :]
    if write:
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(out.getvalue())
    return 1 if out.getvalue() and not write else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), write="--write" in sys.argv))
