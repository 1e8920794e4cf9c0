"""Files that are no plain YAML: each gets one clear line at its place, never a traceback, and costs little."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from flows.rehearsal.scenario import read_scenarios
from flows.shelf import ROOT
from flows.verbs import all_verbs
from rules.check import check_content
from rules.lock import write_lock

SOUND = b"playbook: strange\nversion: 1.0.0\ntitle: A strange file\nscope: case\nsteps: {close: done}\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As little content as there can be, and a playbook that is spoilt."""
    folder = tmp_path_factory.mktemp("content")
    (folder / "playbooks").mkdir()
    for name in ("roles.yaml", "hours.yaml"):
        shutil.copy(ROOT / "playbooks" / name, folder / "playbooks" / name)
    shutil.copytree(ROOT / "rules/packs", folder / "rules/packs")
    shutil.copy(ROOT / "rules/facts.yaml", folder / "rules/facts.yaml")
    return folder


def errors(root: Path, written: bytes) -> list[str]:
    path = root / "playbooks/strange.yaml"
    path.write_bytes(SOUND)
    write_lock(root, anew=True)
    path.write_bytes(written)
    return told(root)


def told(root: Path) -> list[str]:
    found = check_content(root, all_verbs(), None, read_scenarios)
    unreleased = ("changed-content", "not-released")
    return [str(each) for each in found if each.severity == "error" and each.check not in unreleased]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"", "1:1: error: the file is empty [yaml]"),
        (b"# only a comment\n", "1:1: error: the file is empty [yaml]"),
        (b"\xef\xbb\xbf", "1:1: error: the file is empty [yaml]"),
        (b"~\n", "1:1: error: the file is empty [yaml]"),
        (b"just words\n", "1:1: error: expected `playbook: "),
        (b"- a list\n", "1:1: error: expected `playbook: "),
        (SOUND + b"# caf\xe9\n", "6:1: error: not UTF-8 text (byte 93); save it as UTF-8 [encoding]"),
        (SOUND.decode().encode("utf-16"), "1:1: error: not UTF-8 text (byte 0); save it as UTF-8 [encoding]"),
        (SOUND.replace(b"strange file", b"strange\x00file"), "3:17: error: the character U+0000 cannot stand"),
        (SOUND.replace(b"strange file", b"strange\x1bfile"), "3:17: error: the character U+001B cannot stand"),
        (SOUND.replace(b"strange file", "strange\u2028file".encode()), "3:17: error: a hidden line end (U+2028)"),
        (SOUND.replace(b"strange file", "strange\u0085file".encode()), "3:17: error: a hidden line end (U+0085)"),
        (SOUND.replace(b"title", "\u200btitle".encode()), "3:1: error: a hidden sign (U+200B) stands in this key"),
        (SOUND.replace(b"title:", "title\uff1a".encode()), "3:6: error: the sign \uff1a is a full-width one"),
        (SOUND + b"---\nplaybook: another\n", "6:1: error: one file holds one document"),
        (SOUND + b"%YAML 1.1\n", "6:1: error: lines that begin with % are not used here"),
        (b"%YAML 1.1\n---\n" + SOUND, "2:1: error: lines that begin with % are not used here"),
        (SOUND.replace(b"{close: done}", b"&a {close: done}"), "5:8: error: anchors (&) and aliases (*) are not used"),
        (SOUND.replace(b"{close: done}", b"*a"), "5:8: error: anchors (&) and aliases (*) are not used here"),
        (SOUND + b"<<: {a: b}\n", "6:1: error: keys cannot be merged with `<<` here"),
        (SOUND.replace(b"{close: done}", b"!!python/name:os.system {}"), "5:8: error: tags such as "),
        (SOUND.replace(b"{close: done}", b"!!set {close}"), "5:8: error: tags such as "),
        (SOUND.replace(b"scope", b"? [a]\n: b\nscope"), "4:3: error: a key is one plain word [yaml-key]"),
        (SOUND.replace(b"{close: done}", b"[" * 5000 + b"]" * 5000), "5:48: error: nested deeper than 40 levels"),
        (SOUND.replace(b"{close: done}", b"{a: " * 5000 + b"}" * 5000), "5:168: error: nested deeper than 40 levels"),
        (SOUND + b"x: [" + b"1," * 30_000 + b"1]\n", "6:"),
        (b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(50)), "1:4: error: anchors"),
        (SOUND + b"# " + b"x" * 300_000, "1:1: error: the file is larger than 256,000 bytes [file-size]"),
    ],
    ids=range(28),
)  # fmt: skip
def test_a_strange_file_gets_one_clear_line(root: Path, written: bytes, expected: str) -> None:
    """A designer would see a traceback, wait for minutes, or be told of a fault that is not there."""
    (found,) = errors(root, written)
    assert found.startswith(f"playbooks/strange.yaml:{expected}"), found


@pytest.mark.parametrize(
    "written", [b"\xef\xbb\xbf" + SOUND, SOUND.replace(b"\n", b"\r\n"), SOUND.replace(b"\n", b"\r")], ids=range(3)
)
def test_marks_and_line_ends_of_other_systems_are_read(root: Path, written: bytes) -> None:
    """A designer on another system could not check anything."""
    assert errors(root, written) == []


def test_a_huge_file_is_not_even_read(root: Path) -> None:
    """Fifty megabytes by mistake would stop the designer's machine."""
    path = root / "playbooks/huge.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    try:
        assert "playbooks/huge.yaml:1:1: error: the file is larger than 256,000 bytes [file-size]" in told(root)
    finally:
        path.unlink()


def test_what_is_no_file_is_said_so(root: Path, tmp_path: Path) -> None:
    """A folder, a link to nowhere or a pipe with the name of a playbook would end in a traceback, or never."""
    folder, link, pipe = (root / f"playbooks/{name}.yaml" for name in ("folder", "link", "pipe"))
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    os.mkfifo(pipe)
    try:
        found = told(root)
        assert "playbooks/folder.yaml:1:1: error: this is a folder; name a .yaml file [file]" in found
        assert "playbooks/link.yaml:1:1: error: cannot be read: No such file or directory [file]" in found
        assert "playbooks/pipe.yaml:1:1: error: this is not a file [file]" in found
    finally:
        folder.rmdir()
        link.unlink()
        pipe.unlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_is_said_so(root: Path) -> None:
    """A file of somebody else would end in a traceback."""
    path = root / "playbooks/secret.yaml"
    path.write_bytes(SOUND)
    path.chmod(0)
    try:
        assert "playbooks/secret.yaml:1:1: error: cannot be read: Permission denied [file]" in told(root)
    finally:
        path.unlink()
