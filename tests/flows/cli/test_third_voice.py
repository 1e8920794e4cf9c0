"""The language model at the command line: `firebreak classify --llm`, and what `firebreak doctor` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.cli.conftest import Firebreak, read_json
from tests.flows.cli.test_doctor import findings
from tests.flows.conftest import free_port
from tests.flows.endpoint import Endpoint

QUESTION = "when do you open on sunday?"
DANGER = {"sign_safety": {"value": True, "sure": 0.9}}


@pytest.fixture
def model(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:  # noqa: ARG001 - its settings first
    """A model that this installation is set to."""
    with Endpoint() as opened:
        monkeypatch.setenv("FIREBREAK_LLM_URL", opened.url)
        monkeypatch.setenv("FIREBREAK_LLM_MODEL", "a-model")
        monkeypatch.setenv("FIREBREAK_LLM_KEY", "sk-secret")
        yield opened


def test_model_is_asked_only_if_one_says_so(firebreak: Firebreak, model: Endpoint) -> None:
    """What somebody tries out at their desk would leave the machine, or the model could not be tried out."""
    model.says = DANGER
    assert read_json(firebreak("classify", "--text", QUESTION, "--json"))["facts"]["sign_safety"] is False
    assert not model.asked
    told = read_json(firebreak("classify", "--text", QUESTION, "--llm", "--json"))
    assert (told["facts"]["sign_safety"], told["facts"]["severity"]) == (True, "urgent")
    assert told["from"]["sign_safety"] == ["third voice: yes, 90%"]


def test_number_is_taken_out_before_it_is_asked(firebreak: Firebreak, model: Endpoint) -> None:
    """The number of a customer would leave the machine when somebody tries the model out."""
    firebreak("classify", "--text", "please call +49 1512 3456789", "--llm")
    assert "[phone number]" in model.told
    assert "3456789" not in model.told


def test_silence_of_the_model_is_said(firebreak: Firebreak, model: Endpoint) -> None:
    """Somebody would take what two voices say for what three do."""
    model.status = 401
    assert (
        "third voice was not heard: 127.0.0.1 answers with HTTP 401"
        in firebreak("classify", "--text", QUESTION, "--llm").stdout
    )
    told = read_json(firebreak("classify", "--text", QUESTION, "--llm", "--json"))
    assert told["from"]["third voice"] == ["was not heard: 127.0.0.1 answers with HTTP 401"]


def test_without_a_model_it_says_what_to_set(firebreak: Firebreak) -> None:
    """It would look as if the model had nothing to say."""
    result = firebreak("classify", "--text", QUESTION, "--llm")
    assert result.exit_code == 1
    assert "FIREBREAK_LLM_URL and FIREBREAK_LLM_MODEL" in result.stderr


def test_doctor_lets_the_model_read_a_sentence(firebreak: Firebreak, model: Endpoint) -> None:
    """Nobody would know whether the key, the model and its answers are right before a customer writes."""
    model.says = DANGER
    [found] = findings(firebreak("doctor", "--json"))["third voice"]
    assert found["state"] == "ok"
    assert found["says"] == "a-model on 127.0.0.1 heard sign_safety = yes (90%)"


def test_doctor_knows_a_model_that_cannot_be_asked(
    firebreak: Firebreak, model: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be silent for months, and nobody would know; but customers are answered without it."""
    for status, says in ((401, "HTTP 401"), (200, "is not the JSON")):
        model.status, model.says = status, "Hello!"
        [found] = findings(firebreak("doctor", "--json"))["third voice"]
        assert found["state"] == "warn"
        assert says in found["says"]
    monkeypatch.setenv("FIREBREAK_LLM_URL", f"http://127.0.0.1:{free_port()}")
    result = firebreak("doctor", "--json")
    assert findings(result)["third voice"][0]["state"] == "warn"
    assert result.exit_code == 0
    assert "sk-secret" not in result.stdout


def test_doctor_says_nothing_where_there_is_none(firebreak: Firebreak) -> None:
    """An option that nobody needs would look like something that is missing."""
    assert "third voice" not in findings(firebreak("doctor", "--json"))
