"""The language model as a third voice: over real HTTP, against right answers and against every kind of trouble."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.hearing import LONGEST_TEXT, Hearing, Written
from flows.shelf import Shelf
from flows.third_voice import SUREST, ThirdVoice, Unheard, facts_asked_for, heard_in, instruction_of
from rules.bundle import Bundle
from rules.vocabulary import UNKNOWN
from tests.flows.conftest import free_port
from tests.flows.endpoint import Endpoint

FIRE = {"intent": {"value": "complaint", "sure": 0.9}, "sign_safety": {"value": True, "sure": 0.8}}
GRUMBLE = Written("my parcel is late again")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as opened:
        yield opened


@pytest.fixture
def content(shelf: Shelf) -> Bundle:
    return shelf.current


def hear(endpoint: Endpoint, content: Bundle, *, patience: float = 10.0) -> Hearing:
    [hearing] = ThirdVoice(endpoint.url, "a-model", patience=patience).hear([GRUMBLE], content)
    return hearing


def test_what_the_model_says_is_heard(endpoint: Endpoint, content: Bundle) -> None:
    """The model would be asked, and nothing would come of it."""
    endpoint.says = FIRE
    hearing = hear(endpoint, content)
    heard = hearing.listen("")
    assert heard["sign_safety"] == pytest.approx({True: 0.8, False: 0.2})
    assert heard["intent"]["complaint"] == 0.9
    assert set(heard["intent"]) == set(content.vocabulary["intent"].values)
    assert hearing.in_words() == "heard intent = complaint (90%), sign_safety = yes (80%)"
    [asked] = endpoint.asked
    assert (asked["path"], asked["model"], asked["temperature"]) == ("/v1/chat/completions", "a-model", 0)
    assert json.loads(asked["messages"][1]["content"]) == {"message": GRUMBLE.text}


def test_words_around_the_json_do_not_hurt(endpoint: Endpoint, content: Bundle) -> None:
    """Models that like to write Markdown would never be heard."""
    endpoint.says = f"Here you are:\n```json\n{json.dumps(FIRE)}\n```"
    assert set(hear(endpoint, content).heard) == {"intent", "sign_safety"}


def test_key_is_sent_only_where_there_is_one(endpoint: Endpoint, content: Bundle) -> None:
    """An endpoint that asks for a key would refuse, or a local one would get a header that says nothing."""
    ThirdVoice(endpoint.url, "m", "a-key").hear([GRUMBLE], content)
    ThirdVoice(endpoint.url + "/", "m").hear([GRUMBLE], content)
    assert [each.get("Authorization") for each in endpoint.headers] == ["Bearer a-key", None]


def test_it_is_asked_for_what_the_lists_can_tell(content: Bundle) -> None:
    """It would be asked for facts that no message tells, or not for one that was added to the vocabulary."""
    facts = facts_asked_for(content)
    assert {"intent", "anger", "sign_safety"} <= set(facts)
    assert not {"motive", "locale", "has_phone_number", "severity", "backup_status"} & set(facts)
    instruction = instruction_of(facts.values())
    for fact in facts.values():
        assert all(word in instruction for word in (fact.name, fact.meaning, *fact.values, *fact.values.values()))


def test_nothing_personal_is_sent(endpoint: Endpoint, content: Bundle) -> None:
    """A customer's number, card or name would leave the house for a provider of models."""
    secrets = ["0151 23456789", "ada@example.com", "DE89 3704 0044 0532 0130 00", "Ada Lovelace"]
    text = f"Ada Lovelace here, delete {', '.join(secrets)}. Thanks, Ada Lovelace"
    ThirdVoice(endpoint.url, "m").hear([Written(text, "DE", ("Ada Lovelace",))], content)
    assert "[phone number]" in endpoint.told
    assert not [secret for secret in secrets if secret in endpoint.told]


def test_number_as_written_at_home_is_not_sent_where_only_the_language_tells_the_country(
    endpoint: Endpoint, content: Bundle
) -> None:
    """Of a customer who is known by a user id alone every number would leave the house."""
    ThirdVoice(endpoint.url, "m").hear([Written("Bitte rufen Sie mich heute noch an: 0151 23456789")], content)
    assert "[Telefonnummer]" in endpoint.told


def test_half_an_emoji_and_a_very_long_message_are_read_too(endpoint: Endpoint, content: Bundle) -> None:
    """A broken sign in one message would end the reading of all."""
    endpoint.says = FIRE
    broken, long = ThirdVoice(endpoint.url, "m").hear([Written("fire \ud83d"), Written("fire " * 9_999)], content)
    assert not broken.why_not
    assert not long.why_not
    assert all(len(json.loads(each["messages"][1]["content"])["message"]) <= LONGEST_TEXT for each in endpoint.asked)


@pytest.mark.parametrize(
    "said",
    [
        {"mood": {"value": "angry", "sure": 1}},
        {"intent": {"value": "refund", "sure": 1}},
        {"intent": {"value": UNKNOWN, "sure": 1}},
        {"intent": "complaint"},
        {"intent": {"value": "complaint"}},
        {"intent": {"value": "complaint", "sure": "very"}},
        {"intent": {"value": "complaint", "sure": True}},
        {"intent": {"value": "complaint", "sure": 1.01}},
        {"intent": {"value": "complaint", "sure": -0.1}},
        {"intent": {"value": "complaint", "sure": float("nan")}},
        {"intent": {"value": ["complaint"], "sure": 1}},
        {"sign_safety": {"value": "true", "sure": 1}},
        {"sign_safety": {"value": 1, "sure": 1}},
        {"severity": {"value": "general", "sure": 1}},
        {"legal_hold": {"value": False, "sure": 1}},
        {"has_phone_number": {"value": False, "sure": 1}},
    ],
)
def test_what_the_vocabulary_does_not_allow_is_dropped(said: object, endpoint: Endpoint, content: Bundle) -> None:
    """The model could make facts up, or settle what only rules and colleagues may."""
    endpoint.says = said
    assert hear(endpoint, content) == Hearing()


@pytest.mark.parametrize("words", ["", "I think it is a complaint.", "{", "[]", "{]}", "{" * 5_000 + "}", "null", "7"])
def test_nonsense_is_not_heard(words: str, endpoint: Endpoint, content: Bundle) -> None:
    """A model that talks would end the answering of customers."""
    endpoint.says = words
    assert hear(endpoint, content).why_not == "its answer is not the JSON that it was asked for"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_what_is_no_chat_completion_is_not_heard(body: bytes, endpoint: Endpoint, content: Bundle) -> None:
    """Another kind of server at that address would end the answering of customers."""
    endpoint.body = body
    assert hear(endpoint, content).why_not == "its answer is not a chat completion"


@pytest.mark.parametrize("status", [301, 401, 429, 500])
def test_refusal_is_not_heard_and_says_its_number(status: int, endpoint: Endpoint, content: Bundle) -> None:
    """An operator could not tell a wrong key from an overload."""
    endpoint.status = status
    assert hear(endpoint, content).why_not == f"127.0.0.1 answers with HTTP {status}"


def test_endless_answer_is_not_read_to_its_end(endpoint: Endpoint, content: Bundle) -> None:
    """An answer without end would fill the memory."""
    endpoint.body = b" " * 10_000_000
    assert hear(endpoint, content).why_not == "its answer is too long"


def test_closed_port_is_said_and_costs_nothing(content: Bundle) -> None:
    """A model that is not running would stop everything."""
    voice = ThirdVoice(f"http://127.0.0.1:{free_port()}/v1", "m")
    assert [each.why_not for each in voice.hear([GRUMBLE] * 3, content)] == [
        "127.0.0.1 cannot be asked (ConnectError)"
    ] * 3


def test_proxy_that_is_none_is_said(content: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in the environment of the machine would end the answering of customers."""
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    [hearing] = ThirdVoice("https://models.example.com/v1", "m").hear([GRUMBLE], content)
    assert hearing.why_not.startswith("models.example.com cannot be asked (")


@pytest.mark.parametrize("trouble", ["hangs", "drips"])
def test_nobody_waits_longer_than_the_patience_lasts(trouble: str, endpoint: Endpoint, content: Bundle) -> None:
    """Customers would wait as long as the slowest answer takes, one after the other."""
    setattr(endpoint, trouble, True)
    voice = ThirdVoice(endpoint.url, "m", patience=0.4)
    began = time.monotonic()
    heard = voice.hear([GRUMBLE] * 30, content)
    assert time.monotonic() - began < 3
    assert {each.why_not for each in heard} == {"no answer in time"}
    asked = len(endpoint.asked)
    assert "asked again in a minute" in voice.hear([GRUMBLE], content)[0].why_not
    assert len(endpoint.asked) == asked


def test_message_that_waited_long_enough_waits_no_more(endpoint: Endpoint, content: Bundle) -> None:
    """After an outage, or when a crowd writes, the model would make everybody's waiting longer."""
    assert "waited long enough" in ThirdVoice(endpoint.url, "m").hear([GRUMBLE], content, waited=[10.0])[0].why_not
    assert not endpoint.asked


def test_an_old_message_silences_it_for_nobody_else(endpoint: Endpoint, content: Bundle) -> None:
    """One message that was left behind would keep it from hearing everybody's."""
    late, fresh = ThirdVoice(endpoint.url, "m").hear([GRUMBLE, GRUMBLE], content, waited=[10.0, 0.0])
    assert "waited long enough" in late.why_not
    assert not fresh.why_not


def test_each_hearing_belongs_to_its_message(endpoint: Endpoint, content: Bundle) -> None:
    """One customer's fire would be read into another's message."""
    endpoint.says = lambda text: {"intent": {"value": "complaint", "sure": int(text) / 100}}
    heard = ThirdVoice(endpoint.url, "m").hear([Written(str(number)) for number in range(40, 60)], content)
    assert [each.heard["intent"]["complaint"] for each in heard] == [number / 100 for number in range(40, 60)]


def test_key_is_in_no_message_of_ours(content: Bundle, caplog: pytest.LogCaptureFixture) -> None:
    """The key would be in a log or in the history."""
    with caplog.at_level(logging.DEBUG):
        [hearing] = ThirdVoice(f"http://127.0.0.1:{free_port()}", "m", "sk-secret").hear([GRUMBLE], content)
    assert "sk-secret" not in hearing.in_words() + caplog.text


values = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=8), st.just("complaint"))
answers = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["intent", "anger", "sign_safety", "value", "sure", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(said=answers)
def test_whatever_is_said_passes_the_gate_or_is_dropped(said: object, shelf: Shelf) -> None:
    """An answer that nobody thought of would stop a wave, or bring in a value that no rule knows."""
    facts = facts_asked_for(shelf.current)
    try:
        heard = heard_in(json.dumps(said), facts)
    except Unheard:
        return
    for name, shares in heard.items():
        assert [str(value) for value in shares] == ([*facts[name].values] or ["True", "False"])
        assert sum(shares.values()) == pytest.approx(1)
        assert 0 < min(shares.values()) <= max(shares.values()) <= SUREST
