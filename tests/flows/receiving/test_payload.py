"""A body taken apart: every documented shape, and what must not be lost when one part is broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.receiving.events import EchoEvent, Event, MessageEvent, NewAddress, Notice, Parsed, Person, StatusEvent
from flows.receiving.payload import parse
from flows.receiving.shapes import CUT, MAX_DEPTH, NotJson
from tests.flows.receiving.bodies import (
    AT,
    ECHOES,
    GROUP,
    MESSAGES,
    NAME,
    NOTICES,
    NUMBER,
    OURS,
    PHONE_NUMBER_ID,
    STATUSES,
    USER_ID,
    body,
    change,
    contact,
    entry,
    message,
    messages,
    one_of_everything,
    raw,
    status,
    statuses,
    text,
    wamid,
)


def parsed(document: Any) -> Parsed:
    return parse(raw(document))


def only(document: Any) -> Event:
    result = parsed(document)
    assert not result.bad
    assert len(result.events) == 1
    return result.events[0]


def only_message(document: Any) -> MessageEvent:
    event = only(document)
    assert isinstance(event, MessageEvent)
    return event


def complaints(document: Any) -> dict[str, str]:
    return {bad.at_path: bad.reason for bad in parsed(document).bad}


# -- messages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
def test_every_type_of_message_is_read(name: str) -> None:
    """A customer who writes in this form would not be heard, or the wrong words would be read."""
    element, expected = MESSAGES[name]
    result = parsed(messages(element))
    assert not result.bad
    event = result.events[0]
    assert isinstance(event, MessageEvent)
    assert (event.wamid, event.kind) == (element["id"], element["type"])
    assert event.sender == Person(wa_id=NUMBER, name=NAME)
    assert event.sent_at == datetime.fromtimestamp(int(element["timestamp"]), UTC)
    assert {key: event.content[key] for key in expected} == expected
    assert event.content["raw"] == element
    assert (event.content["wamid"], event.content["number"]) == (element["id"], PHONE_NUMBER_ID)


def test_a_group_message_is_marked() -> None:
    """What was said before a whole group would be answered as if it were private."""
    event = only_message(messages(text(group_id=GROUP)))
    assert event.place == "group"
    assert only_message(messages(text())).place == "private"


@pytest.mark.parametrize(
    ("element", "opens"),
    [
        (text(), True),
        (MESSAGES["image"][0], True),
        (MESSAGES["button_reply"][0], True),
        (MESSAGES["unsupported"][0], True),
        (text(group_id=GROUP), False),
        (MESSAGES["reaction"][0], False),
        (MESSAGES["revoke"][0], False),
        (MESSAGES["edit"][0], False),
        (MESSAGES["changed identity"][0], False),
    ],
)
def test_only_a_real_message_opens_the_window(element: dict[str, Any], opens: bool) -> None:
    """A free text would be tried where only a template is let through, and fail before an angry customer."""
    assert only_message(messages(element)).opens_window is opens


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [(str(AT), AT), (AT, AT), (str(AT * 1000), AT), ("1", 1)],
)
def test_times_are_read_as_text_or_number(timestamp: str | int, expected: int) -> None:
    """A message would be lost because its time is a number and not a text."""
    event = only_message(messages({**text(), "timestamp": timestamp}))
    assert event.sent_at == datetime.fromtimestamp(expected, UTC)
    assert event.sent_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"id": None}, "`id` is not text"),
        ({"id": ""}, "`id` is not a usable id"),
        ({"id": "wamid with spaces"}, "`id` is not a usable id"),
        ({"id": "x" * 600}, "`id` is not a usable id"),
        ({"from": ""}, "the sender is missing: there is no usable `from` or `from_user_id`"),
        ({"from": ["491511"]}, "the sender is missing: there is no usable `from` or `from_user_id`"),
        ({"from": True}, "the sender is missing: there is no usable `from` or `from_user_id`"),
        ({"timestamp": "soon"}, "`timestamp` is not a Unix time in seconds"),
        ({"timestamp": -5}, "`timestamp` is not a Unix time in seconds"),
        ({"timestamp": 0}, "`timestamp` is not a Unix time in seconds"),
        ({"timestamp": True}, "`timestamp` is not a Unix time in seconds"),
        ({"timestamp": 1e9}, "`timestamp` is not a Unix time in seconds"),
        ({"timestamp": 10**17}, "`timestamp` is not a Unix time in seconds"),
        ({"timestamp": "١٧٦٠٠٠٠٠٠٠"}, "`timestamp` is not a Unix time in seconds"),
        ({"text": None}, "`text` is not an object"),
        ({"text": {}}, "`body` is missing"),
        ({"text": {"body": 5}}, "`body` is not text"),
        ({"type": "image"}, "`image` is missing"),
        ({"type": "reaction", "reaction": {}}, "`message_id` is missing"),
        ({"type": "revoke", "revoke": {"original_message_id": 1}}, "`original_message_id` is not text"),
        ({"type": "edit", "edit": {"original_message_id": OURS}}, "`message` is missing"),
        (
            {"type": "interactive", "interactive": {"type": "list_reply"}},
            "`interactive` does not hold the kind of reply that it announces",
        ),
    ],
)
def test_a_bad_message_is_set_aside_alone(parts: dict[str, Any], reason: str) -> None:
    """One broken message would take its neighbours with it, or vanish without a word why."""
    document = messages(text(1), {**text(2), **parts}, text(3), contacts=[])
    result = parsed(document)
    assert [event.wamid for event in result.events if isinstance(event, MessageEvent)] == [wamid(1), wamid(3)]
    (bad,) = result.bad
    assert (bad.at_path, bad.reason) == ("$.entry[0].changes[0].value.messages[1]", reason)
    assert bad.element == {**text(2), **parts}


def test_a_message_without_a_time_or_id_is_set_aside() -> None:
    """A message that cannot be placed in time, or told from its repetition, would be guessed at."""
    no_time = {key: value for key, value in text(1).items() if key != "timestamp"}
    no_id = {key: value for key, value in text(2).items() if key != "id"}
    assert list(complaints(messages(no_time, no_id)).values()) == ["`timestamp` is missing", "`id` is missing"]


@pytest.mark.parametrize("given", [None, 7, "", "A Type", {"x": 1}, "x" * 65, "Ünknown", "drop table"])
def test_a_type_that_is_no_word_is_kept_as_unknown(given: object) -> None:
    """A message would be lost, or an arbitrary text would reach a column that is not sealed."""
    event = only_message(messages({**text(), "type": given}))
    assert event.kind == "unknown"
    assert event.content["raw"] == {**text(), "type": given}


# -- people -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "contacts", "expected"),
    [
        (text(), [contact()], Person(NUMBER, None, NAME)),
        (text(), [contact(user_id=USER_ID)], Person(NUMBER, USER_ID, NAME)),
        (text(from_user_id=USER_ID), [contact()], Person(NUMBER, USER_ID, NAME)),
        (text(), [], Person(NUMBER)),
        # no number at all: WhatsApp leaves it out once a customer has a username
        (
            message(1, sender=None, from_user_id=USER_ID, text={"body": "x"}),
            [{**contact(None, USER_ID), "profile": {"name": NAME, "username": "nr7"}}],
            Person(None, USER_ID, NAME, "nr7"),
        ),
        (message(1, sender=None, text={"body": "x"}), [contact(None, USER_ID)], Person(None, USER_ID, NAME)),
        (message(1, sender=USER_ID, text={"body": "x"}), [], Person(None, USER_ID)),
        (message(1, sender="+49 1511 234-5678", text={"body": "x"}), [contact()], Person(NUMBER, None, NAME)),
        # the id and the number need not be equal; an only contact is the only sender
        (text(), [contact("4915112345679", USER_ID)], Person(NUMBER, USER_ID, NAME)),
        (text(), [contact("111111"), contact("222222")], Person(NUMBER)),
        (text(), [{"profile": None, "wa_id": NUMBER}], Person(NUMBER)),
    ],
)
def test_the_sender_is_found(element: dict[str, Any], contacts: list[dict[str, Any]], expected: Person) -> None:
    """A customer would be split in two, or not be found at all."""
    assert only_message(messages(element, contacts=contacts)).sender == expected


def test_an_only_contact_is_not_shared_by_two_senders() -> None:
    """Two strangers would become one customer, and one would read the other's answers."""
    document = messages(text(1), message(2, sender="33612345678"), contacts=[contact("999999", USER_ID)])
    result = parsed(document)
    people = [event.sender for event in result.events if isinstance(event, MessageEvent)]
    assert people == [Person(NUMBER), Person("33612345678")]


def test_each_of_many_senders_gets_their_own_contact() -> None:
    """In a batch, the names of customers would be mixed up."""
    numbers = [f"4915100000{index:03d}" for index in range(200)]
    elements = [message(index, sender=number) for index, number in enumerate(numbers)]
    contacts = [contact(number, f"DE.{number}", f"Name {number}") for number in reversed(numbers)]
    result = parsed(messages(*elements, contacts=contacts))
    people = [event.sender for event in result.events if isinstance(event, MessageEvent)]
    assert people == [Person(number, f"DE.{number}", f"Name {number}") for number in numbers]


def test_a_bad_contact_does_not_cost_the_message() -> None:
    """A message would be lost for the sake of its sender's card."""
    result = parsed(messages(text(), contacts=["?", contact()]))  # type: ignore[list-item]
    assert [bad.at_path for bad in result.bad] == ["$.entry[0].changes[0].value.contacts[0]"]
    (event,) = result.events
    assert isinstance(event, MessageEvent)
    assert event.sender.name == NAME


@pytest.mark.parametrize(
    ("system", "after"),
    [
        ({"type": "user_changed_number", "wa_id": "4915199999999"}, Person("4915199999999")),
        (
            {"type": "user_changed_number", "wa_id": "4915199999999", "user_id": USER_ID},
            Person("4915199999999", USER_ID),
        ),
        ({"type": "user_changed_number", "new_wa_id": 4915199999999}, Person("4915199999999")),
    ],
)
def test_a_changed_number_is_told(system: dict[str, Any], after: Person) -> None:
    """A customer with a new number would be a stranger, and the promise made to them forgotten."""
    result = parsed(messages(message(1, "system", system=system)))
    assert not result.bad
    told = [event for event in result.events if isinstance(event, NewAddress)]
    assert [(event.before, event.after) for event in told] == [(Person(NUMBER), after)]
    assert isinstance(result.events[0], MessageEvent)


def test_a_changed_user_id_is_taken_without_a_sender() -> None:
    """The system message about a new id has no sender, and would be thrown away."""
    element = message(1, "system", sender=None, system={"type": "user_changed_user_id", "user_id": USER_ID})
    assert only_message(messages(element, contacts=[])).sender == Person(None, USER_ID)


def test_a_user_id_update_joins_both_ids() -> None:
    """After a change of id the customer would be a stranger."""
    result = parsed(body(NOTICES["new user id"]))
    assert [type(event) for event in result.events] == [Notice, NewAddress]
    update = result.events[1]
    assert isinstance(update, NewAddress)
    assert update.before == Person(None, "DE.111")
    assert update.after == Person(NUMBER, "DE.222")


# -- statuses and notices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATUSES)
def test_every_status_is_read(name: str) -> None:
    """We would not learn what became of a message of ours."""
    element = STATUSES[name]
    event = only(statuses(element))
    assert isinstance(event, StatusEvent)
    assert (event.wamid, event.status) == (element["id"], element["status"])
    assert event.code == (131047 if element["status"] == "failed" else None)
    assert event.key == element.get("biz_opaque_callback_data")
    assert event.recipient.known


@pytest.mark.parametrize(
    "parts", [{"id": 1}, {"status": None}, {"status": "Not A Word"}, {"timestamp": "x"}, {"timestamp": None}]
)
def test_a_bad_status_is_set_aside_alone(parts: dict[str, Any]) -> None:
    """One broken status would take its neighbours with it."""
    result = parsed(statuses(status(1), {**status(2), **parts}, status(3)))
    assert [event.wamid for event in result.events if isinstance(event, StatusEvent)] == [wamid(1), wamid(3)]
    assert [bad.at_path for bad in result.bad] == ["$.entry[0].changes[0].value.statuses[1]"]


@pytest.mark.parametrize("errors", [None, 5, {}, [], [None], [{}], [{"code": "x"}], [{"code": 10**20}]])
def test_a_failure_without_a_readable_code_is_still_a_failure(errors: object) -> None:
    """A failed message would count as on its way because of how the failure was described."""
    event = only(statuses(status(1, "failed", errors=errors)))
    assert isinstance(event, StatusEvent)
    assert (event.status, event.code) == ("failed", None)


@pytest.mark.parametrize(
    ("name", "field", "about"),
    [
        ("error of the account", "errors", None),
        ("history", "history", NUMBER),
        ("file of an older message", "history", NUMBER),
        ("history not shared", "history", None),
        ("marketing stopped", "user_preferences", NUMBER),
        ("address book", "smb_app_state_sync", None),
        ("call", "calls", NUMBER),
        ("template", "message_template_status_update", None),
        ("account", "account_update", None),
        ("group", "group_lifecycle_update", None),
    ],
)
def test_every_notice_is_kept_and_is_no_message(name: str, field: str, about: str | None) -> None:
    """A customer's setting would be answered as a message of theirs, or a ban of the account be overlooked."""
    event = only(body(NOTICES[name]))
    assert isinstance(event, Notice)
    assert (event.field, event.about.wa_id) == (field, about)


@pytest.mark.parametrize(("name", "kind", "takes_back"), [("echo", "text", None), ("echo of a revoke", "revoke", OURS)])
def test_what_colleagues_do_in_the_app_is_ours(name: str, kind: str, takes_back: str | None) -> None:
    """What staff wrote in the app would be answered as a customer's, or what they deleted there stay on the list."""
    event = only(body(ECHOES[name]))
    assert isinstance(event, EchoEvent)
    assert (event.about, event.kind, event.takes_back) == (Person(NUMBER), kind, takes_back)
    assert event.content["wamid"] == event.wamid


@pytest.mark.parametrize("spoiled", [{"id": 5}, {"timestamp": "soon"}, {"text": "not an object"}, {"to": None}])
def test_an_echo_that_cannot_be_read_is_kept_as_it_came(spoiled: dict[str, Any]) -> None:
    """An echo of a new shape would be lost, or end the reading of everything beside it."""
    document = body(
        change("smb_message_echoes", message_echoes=[{**text(1), "to": NUMBER, **spoiled}, {**text(2), "to": NUMBER}])
    )
    notice, echo = parsed(document).events
    assert isinstance(notice, Notice)
    assert isinstance(echo, EchoEvent)


def test_an_older_message_that_we_sent_belongs_to_its_recipient() -> None:
    """Our own number would become a customer."""
    sent = {**message(1, "image", sender="15550783881", image={"id": "1"}), "to": NUMBER}
    event = only(body(change("history", messages=[sent])))
    assert isinstance(event, Notice)
    assert event.about == Person(NUMBER)


@pytest.mark.parametrize("name", ["account", "error of the account"])
def test_a_notice_takes_the_time_of_its_entry(name: str) -> None:
    """Two equal notices of different days would count as one."""
    document = body(NOTICES[name])
    document["entry"][0]["time"] = AT
    event = only(document)
    assert isinstance(event, Notice)
    assert event.at == datetime.fromtimestamp(AT, UTC)


def test_a_field_of_next_year_is_kept() -> None:
    """Whatever WhatsApp invents next would be thrown away."""
    event = only(body(change("something_new", thing=[1])))
    assert isinstance(event, Notice)
    assert event.field == "something_new"


# -- the body around them ---------------------------------------------------------------------------------------


def test_one_of_everything() -> None:
    """In a body with many entries and changes, something would be skipped."""
    result = parsed(one_of_everything())
    assert not result.bad
    found = [type(event) for event in result.events]
    assert found.count(MessageEvent) == len(MESSAGES)
    assert found.count(StatusEvent) == len(STATUSES)
    assert found.count(Notice) == len(NOTICES)
    assert found.count(EchoEvent) == len(ECHOES)
    assert len({event.at_path for event in result.events}) == len(result.events) - found.count(NewAddress)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, {"$": "the body is not an object"}),
        ([], {"$": "the body is not an object"}),
        ("hello", {"$": "the body is not an object"}),
        ({}, {"$": "`entry` is missing"}),
        ({"object": "page", "entry": []}, {"$": "the body is not about a WhatsApp Business account"}),
        ({"entry": 5}, {"$.entry": "`entry` is not a list"}),
        ({"entry": [5, {}]}, {"$.entry[0]": "the element is not an object", "$.entry[1]": "`changes` is missing"}),
        ({"entry": [{"changes": [None]}]}, {"$.entry[0].changes[0]": "the element is not an object"}),
        ({"entry": [{"changes": [{}]}]}, {"$.entry[0].changes[0]": "`value` is not an object"}),
        (
            body({"field": "messages", "value": {}}),
            {"$.entry[0].changes[0].value": "there are no `messages`, `statuses` or `errors` in it"},
        ),
        (
            body(change(messages={}, statuses="x", errors=7)),
            {
                "$.entry[0].changes[0].value.messages": "`messages` is not a list",
                "$.entry[0].changes[0].value.statuses": "`statuses` is not a list",
                "$.entry[0].changes[0].value.errors": "`errors` is not a list",
            },
        ),
    ],
)
def test_a_strange_body_is_described(document: Any, expected: dict[str, str]) -> None:
    """A person looking at what was set aside would not learn what was wrong, or where."""
    assert complaints(document) == expected
    assert not parsed(document).events


@pytest.mark.parametrize("document", [{"object": "whatsapp_business_account", "entry": []}, body(change(messages=[]))])
def test_an_empty_body_is_no_complaint(document: Any) -> None:
    """WhatsApp's own test calls would fill the list of rejected elements."""
    assert parsed(document) == Parsed((), ())


def test_bad_entries_and_changes_cost_nobody_else() -> None:
    """One broken entry would cost a batch of a thousand messages."""
    good = change(contacts=[contact()], messages=[text(1)])
    document = {"entry": [None, entry("x", {"value": []}, good), {"changes": 7}, entry(good)]}  # type: ignore[arg-type]
    result = parsed(document)
    assert [event.at_path for event in result.events] == [
        "$.entry[1].changes[2].value.messages[0]",
        "$.entry[3].changes[0].value.messages[0]",
    ]
    assert len(result.bad) == 4


@pytest.mark.parametrize("field", [None, 5, "", "Messages"])
def test_a_change_without_a_field_is_read_as_messages(field: object) -> None:
    """A customer's message would be overlooked because of the label beside it."""
    document = body({**change(messages=[text()]), "field": field})
    assert only_message(document).wamid == wamid(1)


# -- JSON at its edges ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [b"", b"{", b"nonsense", b"\xff\xfe\x00", b"{}{}", b"[" * 100_000, b'{"a":' * 100_000, b'"\\']
)
def test_what_is_not_json_is_refused(given: bytes) -> None:
    """A body that nobody can read would be acknowledged as received."""
    with pytest.raises(NotJson):
        parse(given)


def test_the_refusal_quotes_nothing() -> None:
    """A customer's words would end up in a log."""
    with pytest.raises(NotJson) as caught:
        parse(b'{"text": "my number is 4915112345678" oops')
    assert str(caught.value) == "The body is not JSON at character 38."
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("depth", [MAX_DEPTH, 500, 20_000])
def test_a_deep_part_is_cut_off_and_the_rest_is_read(depth: int) -> None:
    """One absurd element would cost the whole batch, or crash the process."""
    deep = "[" * depth + "]" * depth
    given = json.dumps(messages(text(1, extra="DEEP"), text(2))).replace('"DEEP"', deep).encode()
    result = parse(given)
    assert not result.bad
    assert [event.wamid for event in result.events if isinstance(event, MessageEvent)] == [wamid(1), wamid(2)]
    assert CUT in json.dumps(result.events[0].content["raw"])  # type: ignore[union-attr]


def test_brackets_in_words_are_not_depth() -> None:
    """A customer who types brackets would have their message cut."""
    words = "[" * 500 + '{"\\'
    assert only_message(messages(text(1, words))).content["text"] == words


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000])
def test_an_absurd_number_costs_only_its_own_element(number: str) -> None:
    """One absurd number would cost the whole batch."""
    given = json.dumps(messages(text(1), {**text(2), "timestamp": "?"})).replace('"?"', number).encode()
    result = parse(given)
    assert [bad.reason for bad in result.bad] == ["`timestamp` is not a Unix time in seconds"]
    assert len(result.events) == 1


def test_names_given_twice_lose_nothing() -> None:
    """Half of a batch would be lost when a list comes in two parts."""
    one, two = json.dumps(text(1)), json.dumps(text(2))
    given = f'{{"entry": [{{"changes": [{{"value": {{"messages": [{one}], "messages": [{two}]}}}}]}}]}}'
    result = parse(given.encode())
    assert [event.wamid for event in result.events if isinstance(event, MessageEvent)] == [wamid(1), wamid(2)]
    given = f'{{"entry": [{{"changes": [{{"value": {{"messages": [{one}]}}, "value": {{"messages": [{two}]}}}}]}}]}}'
    result = parse(given.encode())
    assert [bad.reason for bad in result.bad] == ["`value` is given twice, this is the first"]
    assert result.bad[0].element == {"messages": [text(1)]}
    assert len(result.events) == 1


def test_half_characters_can_be_stored() -> None:
    """A broken emoji would make the message impossible to store, for ever."""
    given = raw(messages(text(1, "ab"), text(2, "😡"))).replace(b'"ab"', b'"a\\ud83d b \\udc00"')
    first, second = parse(given).events
    assert isinstance(first, MessageEvent)
    assert isinstance(second, MessageEvent)
    assert first.content["text"] == "a\ufffd b \ufffd"
    assert second.content["text"] == "😡"
    json.dumps(first.content, ensure_ascii=False).encode()


def test_other_encodings_of_the_same_text() -> None:
    """A message would be lost because its bytes are not escaped, begin with a mark, or hold one wrong byte."""
    plain = json.dumps(messages(text(1, "grüß 删除")), ensure_ascii=False)
    for given in (plain.encode(), b"\xef\xbb\xbf" + plain.encode()):
        (event,) = parse(given).events
        assert isinstance(event, MessageEvent)
        assert event.content["text"] == "grüß 删除"
    (event,) = parse(plain.encode().replace("ü".encode(), b"\xfc")).events
    assert isinstance(event, MessageEvent)
    assert event.content["text"] == "gr\ufffdß 删除"
