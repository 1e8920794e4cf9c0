"""Reading YAML: what is refused, where, in which words, and how quickly."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import yaml_source
from rules.problems import Place, Problems
from rules.yaml_source import DEEPEST_NESTING, LARGEST_FILE, MOST_PROBLEMS, Source, read_text

ROOT = Path(__file__).parents[2]


def parse(text: str) -> tuple[Source | None, list[str]]:
    problems = Problems()
    source = Source.parse(text, "a.yaml", problems)
    return source, [str(problem) for problem in problems]


def read(path: Path) -> list[str]:
    problems = Problems()
    assert Source.read(path, problems, path.name) is None
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: no\nb: on\nc: yes\nd: y", {"a": "no", "b": "on", "c": "yes", "d": "y"}),
        ("a: true\nb: False\nc: TRUE\nd: tRue", {"a": True, "b": False, "c": True, "d": "tRue"}),
        ("a: null\nb: ~\nc:\nd: ''", {"a": None, "b": None, "c": None, "d": ""}),
        ("a: 12\nb: -3\nc: +4\nd: 0x1F\ne: 0o17\nf: 010", {"a": 12, "b": -3, "c": 4, "d": 31, "e": 15, "f": 10}),
        ("a: 1.5\nb: .5\nc: 1e3\nd: 1.", {"a": 1.5, "b": 0.5, "c": 1000.0, "d": 1.0}),
        ("a: 1.0.0\nb: 1_000\nc: 2026-01-05\nd: 12:30", {"a": "1.0.0", "b": "1_000", "c": "2026-01-05", "d": "12:30"}),
        ("a: '12'\nb: \"true\"\nc: 'null'", {"a": "12", "b": "true", "c": "null"}),
        ("a: =\nb: -x\nc: 'é中😀'", {"a": "=", "b": "-x", "c": "é中😀"}),
        ("1: a\ntrue: b\n~: c", {"1": "a", "true": "b", "~": "c"}),
        ("a: |\n  two\n  lines\nb: >-\n  one\n  line", {"a": "two\nlines\n", "b": "one line"}),
        ("a: [x, {b: c}]\r\nd: e\r\n", {"a": ["x", {"b": "c"}], "d": "e"}),
        ("a: x # a comment\nb: 'x # none'", {"a": "x", "b": "x # none"}),
    ],
)
def test_plain_content_is_read_as_it_looks(text: str, data: object) -> None:
    """`no` would become false, a version a number, a day a date: something else than the designer wrote."""
    source, problems = parse(text)
    assert problems == []
    assert source is not None
    assert source.data == data
    assert repr(source.data) == repr(data)  # 1 and True are equal


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1: error: the file is empty"),
        ("# nothing\n", "1:1: error: the file is empty"),
        ("a: b: c\n", '1:5: error: a colon inside a text, or a wrong indent; put a text with a colon in "quotes"'),
        ("a: 1\n  b: 2\n", "2:4: error: a colon inside a text, or a wrong indent"),
        ("a:\n\tb: 1\n", "2:1: error: a tab stands where only spaces may; indent with spaces"),
        ("\ta: 1\n", "1:1: error: a tab stands where only spaces may"),
        ("a:\n  - b\n c: d\n", "3:2: error: this does not fit what stands above it"),
        ("a: b\nword\nc: d\n", "2:1: error: neither `key: value` nor an entry of a list"),
        ('a: "b\nc: d\n', "1:4: error: a quotation mark is opened and never closed"),
        ("a: [b, c\nd: e\n", "1:4: error: this bracket is not closed before line 2"),
        ("a: @b\n", "1:4: error: a text cannot begin with this character"),
        ("a: 1\nb: 2\na: 3\n", '3:1: error: "a" stands here twice; keep one [duplicate-key]'),
        ("a: {b: 1, b: 2}\n", '1:11: error: "b" stands here twice'),
        ("a: &x b\n", "1:4: error: anchors (&) and aliases (*) are not used here"),
        ("a: *x\n", "1:4: error: anchors (&) and aliases (*) are not used here"),
        ("a: {<<: {b: 1}}\n", "1:5: error: keys cannot be merged with `<<` here"),
        ("? [a, b]\n: c\n", "1:3: error: a key is one plain word"),
        ("{a: b}: c\n", "1:1: error: a key is one plain word"),
        ("a: !!str 5\n", "1:4: error: tags such as tag:yaml.org,2002:str are not used here"),
        ("a: !!bool maybe\n", "1:4: error: tags such as"),
        ("a: !!python/object:os.system x\n", "1:4: error: tags such as"),
        ("%YAML 1.1\n---\na: no\n", "2:1: error: lines that begin with % are not used here"),
        ("a: 1\n---\nb: 2\n", "2:1: error: one file holds one document; a second one begins here"),
        ("a: .inf\n", '1:4: error: ".inf" is not a number that can be used'),
        ("a: -.NaN\n", '1:4: error: "-.NaN" is not a number that can be used'),
        ("a: 1e999\n", '1:4: error: "1e999" is not a number that can be used'),
        ("a: " + "9" * 5000, '1:4: error: "9999999999999999999999999999999999999999" is not a number'),
        ("a: b\nc: \x00\n", "2:4: error: the character U+0000 cannot stand in a text file"),
        ("a: \x9b31m\n", "1:4: error: the character U+009B cannot stand in a text file"),
        ("a: \ud800\n", "1:4: error: the character U+D800 cannot stand in a text file"),
    ],
)
def test_a_slip_gets_one_clear_line(text: str, line: str) -> None:
    """The designer would have to guess what is wrong, or search for where."""
    source, problems = parse(text)
    assert source is None
    assert len(problems) == 1
    assert problems[0].startswith(f"a.yaml:{line}"), problems[0]


def test_the_first_of_two_equal_keys_keeps_its_place() -> None:
    """Another problem with the same key would be shown at the wrong line."""
    problems = Problems()
    source = Source("a.yaml", "")
    parsed = Source.parse("a: 1\nb:\n  - c: 1\n  -   d: 2\n", "a.yaml", problems)
    assert parsed is not None
    places = {keys: (place.line, place.column) for keys, place in parsed.places.items()}
    assert places == {(): (1, 1), ("a",): (1, 1), ("b",): (2, 1), ("b", 0): (3, 5), ("b", 0, "c"): (3, 5),
                      ("b", 1): (4, 7), ("b", 1, "d"): (4, 7)}  # fmt: skip
    assert parsed.place(("b", 1, "nowhere", 3)) == Place("a.yaml", 4, 7)
    assert source.place(("a",)) == Place("a.yaml", 1, 1)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{y}: &{y} [*{x}, *{x}, *{x}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "an alias bomb": BOMB,
    "brackets without end": "[" * LARGEST_FILE,
    "braces without end": "{a: " * (LARGEST_FILE // 4),
    "dashes without end": "- " * (LARGEST_FILE // 2),
    "question marks without end": "? " * (LARGEST_FILE // 2),
    "steps down without end": "".join(f"{' ' * n}a:\n" for n in range(700)),
    "a list without end": "[" + "a," * (LARGEST_FILE // 2 - 1) + "]",
    "lines without end": "- a\n" * (LARGEST_FILE // 4),
    "the same key without end": "a: b\n" * (LARGEST_FILE // 5),
    "a quotation without end": '"' + "x" * (LARGEST_FILE - 1),
    "a tag without end": "!" * LARGEST_FILE,
    "documents without end": "---\n" * (LARGEST_FILE // 4),
    "colons without end": ":" * LARGEST_FILE,
    "nothing but lines": "\n" * LARGEST_FILE,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    """One file would keep the check, or the service, busy for minutes or fill its memory."""
    assert len(text) <= LARGEST_FILE
    began = time.process_time()
    source, problems = parse(text)
    assert source is None
    assert 1 <= len(problems) <= MOST_PROBLEMS
    assert time.process_time() - began < 5


def test_nesting_is_taken_up_to_its_limit() -> None:
    """A deep but sound procedure would be refused, or a deeper one end the process."""
    deep = "".join(f"{' ' * n}a:\n" for n in range(DEEPEST_NESTING))
    assert parse(deep)[1] == []
    assert parse(f"{deep}{' ' * DEEPEST_NESTING}a: 1\n")[1] == [
        f"a.yaml:41:44: error: nested deeper than {DEEPEST_NESTING} levels [yaml]"
    ]


def test_other_encodings_are_told_apart(tmp_path: Path) -> None:
    """A file saved by an old editor would be read as nonsense, or stop everything."""
    path = tmp_path / "a.yaml"
    path.write_bytes("a: b\ntitle: Café\n".encode("latin-1"))
    assert read(path) == ["a.yaml:2:1: error: not UTF-8 text (byte 15); save it as UTF-8 [encoding]"]
    path.write_bytes("a: 删除\n".encode("gb18030"))
    assert "not UTF-8 text" in read(path)[0]
    path.write_bytes("a: b\n".encode("utf-16"))
    assert "not UTF-8 text (byte 0)" in read(path)[0]
    path.write_bytes("a: b\n".encode("utf-16-le"))
    assert read(path) == ["a.yaml:1:2: error: the character U+0000 cannot stand in a text file [yaml]"]
    path.write_bytes("\ufeffa: 删除\r\nb: c\r\n".encode())
    problems = Problems()
    source = Source.read(path, problems)
    assert source is not None
    assert source.data == {"a": "删除", "b": "c"}
    assert source.place(("b",)).line == 2


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, a pipe or a dangling link with the name of a file would stop everything, or hang it."""
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    assert read(folder) == ["folder.yaml:1:1: error: this is a folder; name a .yaml file [file]"]
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert read(pipe) == ["pipe.yaml:1:1: error: this is not a file [file]"]
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "nowhere")
    assert read(link) == ["link.yaml:1:1: error: cannot be read: No such file or directory [file]"]
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    assert "cannot be read" in read(loop)[0]


def test_a_file_of_50_megabytes_is_not_even_opened(tmp_path: Path) -> None:
    """A stray export in the folder of playbooks would take minutes and all memory."""
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    began = time.process_time()
    assert read(path) == ["a.yaml:1:1: error: the file is larger than 256,000 bytes [file-size]"]
    assert parse("x" * (LARGEST_FILE + 1))[1] == [
        "a.yaml:1:1: error: the file is larger than 256,000 characters [file-size]"
    ]
    assert time.process_time() - began < 1


def test_the_text_of_a_file_is_kept_as_it_is(tmp_path: Path) -> None:
    """The hash of a released file would depend on the system that it was checked out on."""
    path = tmp_path / "a.yaml"
    problems = Problems()
    path.write_bytes("\ufeffa: b # c\r\n".encode())
    assert read_text(path, problems, "a.yaml") == "a: b # c\n"
    assert list(problems) == []


def both_ways(text: str) -> list[tuple[object, object, object, list[str]]]:
    """What a text is read as, by whichever parser is quicker and by the one in Python alone."""
    found = []
    for patience in (False, True):
        problems = Problems()
        with pytest.MonkeyPatch.context() as patch:
            if patience:
                patch.setattr(yaml_source, "_soon_parsed", lambda *_: None)
            source = Source.parse(text, "a.yaml", problems)
        read = (source.data, source.places, source.texts) if source is not None else (None, None, None)
        found.append((*read, [str(problem) for problem in problems]))
    return found


SLIPS = [*":-\"'#{]\t\n!,?|>%@`é😀…\x00\ud800", "- ", "&a ", "*a", "  ", "? "]
CONTENT = sorted(path for folder in ("rules", "playbooks") for path in (ROOT / folder).rglob("*.yaml"))


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: path.name)
def test_the_quick_parser_reads_what_the_other_one_reads(path: Path) -> None:
    """Content would otherwise mean something else, or blame another line, depending on which parser was there."""
    quick, patient = both_ways(path.read_text(encoding="utf-8"))
    assert quick == patient


@settings(deadline=None)
@given(st.sampled_from(CONTENT), st.data())
def test_the_quick_parser_gives_way_where_anything_is_wrong(path: Path, data: st.DataObject) -> None:
    """A slip of the keyboard would otherwise be reported on another line, or not at all."""
    text = path.read_text(encoding="utf-8")[:2_000]
    at = data.draw(st.integers(0, len(text)))
    typed = data.draw(st.sampled_from(SLIPS))
    gone = data.draw(st.integers(0, 3))
    quick, patient = both_ways(text[:at] + typed + text[at + gone :])
    assert quick == patient
