"""The player of documents notices what is not as it stands there."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest

from tests import customers_of_documents
from tests.customers_of_documents import Customers
from tests.documents import Play, blocks, copied, fits

PAGE = """\
**`playbooks/a.yaml`**

```yaml
one: 1
steps:
  - a
  - steps:
```

**`playbooks/a.yaml`**, above `steps:`

```yaml
two: 2
```

**`playbooks/a.yaml`**, at the end

```yaml
  - b
```

**`playbooks/a.yaml`**，从 `- b` 起

```yaml
  - c
```
"""


def test_a_file_grows_as_the_document_says(tmp_path: Path) -> None:
    """What is tried would not be what a reader has in their file by then."""
    play = Play(tmp_path)
    assert list(play.document(PAGE)) == []
    written = (tmp_path / "playbooks/a.yaml").read_text(encoding="utf-8")
    assert written == "one: 1\ntwo: 2\nsteps:\n  - a\n  - steps:\n  - c\n"


def test_a_place_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A part of the document would be tried in the wrong place."""
    play = Play(tmp_path)
    with pytest.raises(AssertionError, match="stands 0 times"):
        list(play.document(PAGE.replace("above `steps:`", "above `step:`")))


def test_a_block_without_a_file_has_to_be_steps(tmp_path: Path) -> None:
    """A block would stand in the document that nothing tries."""
    with pytest.raises(AssertionError, match="holds steps"):
        list(Play(tmp_path).document("```yaml\nanything: 1\n```\n"))


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("a 1\nb 2\nc\n", True),
        ("a …\nb 2\nc\n", True),
        ("…\nc\n", True),
        ("a 1\n…\n", True),
        ("a 1\nc\n", False),
        ("a 1\nb 2\n", False),
        ("a 1\nb 2\nc\nd\n", False),
        ("", False),
    ],
)
def test_only_what_is_left_out_may_differ(shown: str, same: bool) -> None:
    """The document would show what does not come."""
    assert fits(shown, "a 1\nb 2\nc\n") is same


def test_every_block_says_where_it_stands() -> None:
    """Somebody who mends a document would look for the line."""
    assert [block.line for block in blocks(PAGE)] == [3, 12, 18, 24]


def test_a_time_before_commands_is_the_time_at_which_they_are_typed() -> None:
    """A page about deadlines would come out differently every day."""
    one, other = blocks("**2026-03-02 09:00** at nine\n\n```console\n$ a\n```\n\n```console\n$ b\n```\n")
    assert one.at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert other.at is None


def test_firebreak_is_up_while_a_page_with_times_is_played() -> None:
    """A page could show no case that goes on, or would take the answer of one reader for the answer of another."""
    page = """\
**`a.txt`**

```text
28/02/2026, 10:00 - Ana: Please delete my data
28/02/2026, 10:05 - Us: Hello
```

**2026-03-02 09:00**

```console
$ firebreak import-chat a.txt --me Us --customer "+44 7700 900123"
…
$ firebreak open deletion-request --customer P-…
…
$ firebreak answer T-… done
…
```

**2026-03-02 14:00** Nobody has answered for four hours.

```console
$ firebreak case C-…
…
13:00:00 …
…
```
"""
    with mock.patch.dict(os.environ), copied() as folder:
        played = list(Play(folder).document(page))
    assert [str(each) for _, _, differences in played for each in differences] == []


CROWD = """\
**2026-03-10 02:50**

```whatsapp
02:50 Ana +44 7700 900201, with a photo: My parcel has not arrived for two weeks
02:51 何先生 +86 138 0013 8010，在群里：包裹两个星期都没收到，服务太差了
```

```console
$ firebreak cases
```
"""


def test_customers_write_in_a_document() -> None:
    """A page about a crisis would have to make up what comes of a message."""
    with mock.patch.dict(os.environ), copied() as folder, mock.patch("tests.service_of_documents.ROOT", folder):
        [(_, came, _)] = list(Play(folder).document(CROWD))
    assert "2 open cases" in came


@pytest.mark.parametrize(
    "line", ["Ana: Hello", "02:49 Ana +44 7700 900201: Hello", "Ana +44 7700 900201, taps: Refund"]
)
def test_what_nobody_can_write_is_an_error(line: str) -> None:
    """Somebody would write before their time, from no number, or tap a button that is not there."""
    now = datetime(2026, 3, 10, 2, 50, tzinfo=UTC)
    with pytest.raises(AssertionError):
        [Customers().body(said, []) for said in customers_of_documents.read(line + "\n", now, 1)]
