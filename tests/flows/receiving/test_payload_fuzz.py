"""Bodies that nobody would think of: nothing raises, and what is sound survives."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.receiving.events import Bad, EchoEvent, Event, MessageEvent, Notice, Parsed, StatusEvent
from flows.receiving.payload import parse
from flows.receiving.shapes import NotJson
from tests.flows.receiving.bodies import (
    ECHOES,
    MESSAGES,
    NOTICES,
    STATUSES,
    body,
    change,
    contact,
    entry,
    one_of_everything,
    raw,
)

ROUNDS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Names and words of real bodies, so that nonsense gets deeper than the first `if`.
WORDS = [
    *("object", "entry", "changes", "value", "field", "messages", "statuses", "errors", "contacts", "from", "id"),
    *("timestamp", "type", "text", "body", "user_id", "wa_id", "from_user_id", "profile", "name", "context", "system"),
    *("history", "threads", "message_echoes", "user_preferences", "reaction", "edit", "message", "status", "code"),
    *("original_message_id", "interactive", "button_reply", "group_id", "recipient_id", "image"),
    "whatsapp_business_account",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**17, max_value=10**60),
    st.floats(),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Lo"]), max_size=5),
    st.sampled_from([*WORDS, "1760000000", "wamid.1", "4915112345678", "US.1349"]),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), inner, max_size=6),
    ),
    max_leaves=25,
)

Path = tuple[str | int, ...]


def nodes(value: Any, path: Path = ()) -> list[Path]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, child in children for below in nodes(child, (*path, key)))]


def found_in(value: Any) -> list[Any]:
    """Every object in the document."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(below for child in children for below in found_in(child))]


def changed(document: Any, path: Path, put: Any) -> Any:
    """A copy of the document with the node at `path` replaced, or left out when `put` is `...`."""
    if not path:
        return None if put is ... else put
    document = copy.deepcopy(document)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    if put is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = put
    return document


def kept_of(item: Event | Bad) -> Any:
    """What of an element would be stored."""
    if isinstance(item, MessageEvent | EchoEvent):
        return item.content
    if isinstance(item, Bad | Notice):
        return item.element
    return item.wamid if isinstance(item, StatusEvent) else None


def sound(result: Parsed) -> None:
    """Whatever came out can be kept: plain columns get plain words, and the rest can be written as UTF-8."""
    for event in result.events:
        if isinstance(event, MessageEvent):
            assert event.kind == event.kind.lower()
            assert event.kind.isascii()
            assert event.sender.known
            assert json.dumps(event.content, ensure_ascii=False, allow_nan=False).encode()
        if isinstance(event, EchoEvent):
            assert event.kind.isascii()
            assert event.about.known
            assert json.dumps(event.content, ensure_ascii=False, allow_nan=False).encode()
        if isinstance(event, StatusEvent):
            assert event.status.isascii()
            assert event.code is None or 0 <= event.code < 2**31
        if isinstance(event, Notice):
            assert event.field.isascii()
            assert json.dumps(event.element, ensure_ascii=False, allow_nan=False).encode()
    for bad in result.bad:
        assert json.dumps(bad.element, ensure_ascii=False, allow_nan=False).encode()
        assert (bad.reason + bad.at_path).isascii()


@ROUNDS
@given(ANYTHING)
def test_no_json_raises(document: Any) -> None:
    """A body that nobody expected would be answered with a server error, and be sent again for seven days."""
    sound(parse(json.dumps(document).encode()))


@ROUNDS
@given(st.binary(max_size=200))
def test_no_bytes_raise(given_bytes: bytes) -> None:
    """Noise on the line would crash the webhook."""
    with suppress(NotJson):
        sound(parse(given_bytes))


@ROUNDS
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_nonsense_in_the_right_places_raises_nothing(first: Any, second: Any, third: Any, fourth: Any) -> None:
    """Nonsense inside an otherwise right body would cost the whole body."""
    value = {"messages": [first, {"id": "wamid.1", "type": second, "from": third}], "contacts": [second, fourth]}
    for field in ("messages", *(each["field"] for each in (*ECHOES.values(), *NOTICES.values()))):
        name = {"smb_message_echoes": "message_echoes"}.get(field, field)
        sound(parse(raw(body({"field": field, "value": {**value, "statuses": [fourth], name: [third, first]}}))))


DOCUMENT = {
    "object": "whatsapp_business_account",
    "entry": [
        entry(
            change(contacts=[contact()], messages=[MESSAGES[name][0] for name in MESSAGES if index(name) % 3 == part])
        )
        for index in [list(MESSAGES).index]
        for part in range(3)
    ]
    + [entry(change(statuses=list(STATUSES.values())[:4]), change(statuses=list(STATUSES.values())[4:]))],
}
ELEMENTS: dict[Path, str] = {
    (*path, number): element["id"]
    for path in nodes(DOCUMENT)
    if path and path[-1] in ("messages", "statuses") and len(path) == 6
    for holder in [DOCUMENT]
    for number, element in enumerate(
        holder["entry"][path[1]]["changes"][path[3]]["value"][path[5]]  # type: ignore[index]
    )
}
# Three labels decide how everything under them is to be read, so they may cost it.
LABELS = {("object",), ()}
MUTABLE = [path for path in nodes(DOCUMENT) if path not in LABELS and path[-1] != "field"]


def survivors(result: Parsed) -> set[str]:
    return {event.wamid for event in result.events if isinstance(event, MessageEvent | StatusEvent)}


def expected_after(path: Path) -> set[str]:
    return {
        wamid for element, wamid in ELEMENTS.items() if element[: len(path)] != path and path[: len(element)] != element
    }


def test_the_unharmed_document_is_complete() -> None:
    """The tests below would pass by expecting nothing."""
    assert len(ELEMENTS) == len(MESSAGES) + len(STATUSES)
    assert survivors(parse(raw(DOCUMENT))) == set(ELEMENTS.values())


def test_any_node_may_be_missing() -> None:
    """A part left out would cost more than the element it belongs to."""
    for path in MUTABLE:
        result = parse(raw(changed(DOCUMENT, path, ...)))
        sound(result)
        assert expected_after(path) <= survivors(result), path


@ROUNDS
@given(st.sampled_from(MUTABLE), ANYTHING)
def test_any_node_may_be_nonsense(path: Path, put: Any) -> None:
    """A broken part would cost more than the element it belongs to."""
    result = parse(raw(changed(DOCUMENT, path, put)))
    sound(result)
    assert expected_after(path) <= survivors(result)


EVERYTHING = one_of_everything()
IDS = sorted({node["id"] for node in found_in(EVERYTHING) if str(node.get("id")).startswith("wamid.")})


@ROUNDS
@given(st.sampled_from(nodes(EVERYTHING)), ANYTHING)
def test_every_element_is_accounted_for(path: Path, put: Any) -> None:
    """An element would be neither taken in nor set aside: lost without a trace."""
    document = changed(EVERYTHING, path, put)
    result = parse(raw(document))
    sound(result)
    kept = json.dumps([kept_of(item) for item in (*result.events, *result.bad)])
    given_ids = json.dumps(document)
    assert [wamid for wamid in IDS if wamid in given_ids and wamid not in kept] == []
