"""The client of the Cloud API, over real HTTP against the practice network and against broken servers."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.channels.channel import Button, Channel, Letter, Next, Refused, Sent, Template, Unsure
from flows.channels.cloud_api import CloudApi
from flows.channels.error_codes import CODES
from flows.practice.server import VERSION, PracticeServer
from flows.practice.templates import PracticeTemplate

LIN = "8613800138000"
TOKEN = "EAAG-a-token-that-must-never-be-shown"
WORDS = "Dear Lin, your parcel is lost"

# Meta's own description of the API, where it has been put next to the repository.
OPENAPI = Path(__file__).parents[4] / "shared" / "data" / "meta-openapi-v23.yaml"


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeServer]:
    templates = [PracticeTemplate("order_update", "zh_CN", "UTILITY", "订单 {{1}} 的状态：{{2}}。")]
    with PracticeServer(token=TOKEN, templates=templates, pair_burst=10_000, per_second=10_000) as server:
        yield server


@pytest.fixture(scope="module")
def api(practice: PracticeServer) -> Iterator[CloudApi]:
    timeout = httpx.Timeout(5, read=1)
    number = practice.business.phone_number_id
    with CloudApi(practice.url, VERSION, number, TOKEN, timeout=timeout) as client:
        yield client


@pytest.fixture(autouse=True)
def _untroubled(practice: PracticeServer) -> Iterator[None]:
    yield
    practice.network.troubles.clear()


def letter(key: str, text: str = WORDS, buttons: tuple[Button, ...] = ()) -> Letter:
    return Letter(key, LIN, "text", text, buttons=buttons)


def last(practice: PracticeServer) -> Any:
    return practice.arrived()[-1]


def test_a_text_arrives_as_written(practice: PracticeServer, api: CloudApi) -> None:
    """The customer has to read exactly what was approved, and the key has to travel along."""
    result = api.send(letter("R-1/greet/C-1", "您好！*两* 天内。\n— 团队 👍"))
    assert isinstance(result, Sent)
    assert (last(practice).wamid, last(practice).key) == (result.provider_id, "R-1/greet/C-1")
    assert last(practice).body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": LIN,
        "biz_opaque_callback_data": "R-1/greet/C-1",
        "type": "text",
        "text": {"body": "您好！*两* 天内。\n— 团队 👍", "preview_url": False},
    }


def test_half_an_emoji_ends_in_a_result(api: CloudApi) -> None:
    """Customers' names can hold broken characters; one of them must not stop the sending of everyone's letters."""
    result = api.send(letter("k", "Dear \ud83d,"))
    assert isinstance(result, Refused)
    assert (result.code, result.what) == (100, Next.HUMAN)


def test_buttons_arrive_with_their_ids(practice: PracticeServer, api: CloudApi) -> None:
    """The id is what comes back when the customer taps."""
    buttons = (Button("refund", "Refund"), Button("replace", "Replacement"))
    assert isinstance(api.send(letter("k", buttons=buttons)), Sent)
    shown = last(practice).body
    assert shown["type"] == "interactive"
    assert shown["interactive"]["body"] == {"text": WORDS}
    assert [each["reply"]["id"] for each in shown["interactive"]["action"]["buttons"]] == ["refund", "replace"]


def test_a_template_arrives_filled_in(practice: PracticeServer, api: CloudApi) -> None:
    """Our locale is written zh-CN, Meta's language zh_CN; a line break in a value would be refused."""
    template = Template("order_update", "zh-CN", ("A-12", "已\n发货"))
    assert isinstance(api.send(Letter("k", LIN, "template", "as read", template)), Sent)
    assert last(practice).text == "订单 A-12 的状态：已 发货。"


def test_a_user_id_goes_into_its_own_field(practice: PracticeServer, api: CloudApi) -> None:
    """A customer who hides the number can only be reached by the id."""
    assert isinstance(api.send(Letter("k", "US.13491208655302741918", "text", WORDS)), Sent)
    assert last(practice).body["recipient"] == "US.13491208655302741918"
    assert "to" not in last(practice).body


@pytest.mark.parametrize("code", [*CODES, 200, 299, 987_654])
def test_every_error_code_drives_its_next_step(practice: PracticeServer, api: CloudApi, code: int) -> None:
    """What happens after a refusal is decided by the code alone, and the letter has not left."""
    practice.trouble("refuse", code=code)
    before = len(practice.arrived())
    result = api.send(letter("k"))
    assert isinstance(result, Refused)
    known = CODES.get(code)
    assert result.code == code
    assert result.what is (known.what if known else Next.HUMAN)
    assert result.wait == (known.wait if known else None)
    assert f"code {code}" in result.detail
    assert len(practice.arrived()) == before


@pytest.mark.parametrize("taken", [True, False])
def test_a_connection_broken_after_the_request_is_unsure(practice: PracticeServer, api: CloudApi, taken: bool) -> None:
    """Calling it sent loses the message; calling it refused says it twice."""
    practice.trouble("break", taken=taken)
    assert isinstance(api.send(letter("k")), Unsure)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, ""),
        (502, "<html>Bad gateway</html>"),
        (504, '{"error": "a text, not an object"}'),
        (200, ""),
        (200, "{}"),
        (200, '{"messages": []}'),
        (200, '{"messages": [{"id": 5}]}'),
        (200, "<html>Sign in to the hotel's network</html>"),
        (500, "[" * 100_000),
    ],
)
def test_an_answer_that_says_nothing_is_unsure(practice: PracticeServer, api: CloudApi, status: int, body: str) -> None:
    """A gateway on the way can fail after WhatsApp took the message."""
    practice.trouble("answer", status=status, body=body)
    assert isinstance(api.send(letter("k")), Unsure)


@pytest.mark.parametrize(
    ("status", "what"), [(404, Next.HUMAN), (401, Next.HUMAN), (429, Next.BACK_OFF), (302, Next.HUMAN)]
)
def test_a_refusal_without_a_code_is_read_by_its_status(
    practice: PracticeServer, api: CloudApi, status: int, what: Next
) -> None:
    """A wrong address in the settings must reach a person, not be retried for ever."""
    practice.trouble("answer", status=status, body="no", taken=False)
    result = api.send(letter("k"))
    assert isinstance(result, Refused)
    assert (result.code, result.what) == (None, what)


def test_an_error_with_odd_fields_is_still_read(practice: PracticeServer, api: CloudApi) -> None:
    """Whatever stands beside the code must not keep us from reading it."""
    body = json.dumps({"error": {"code": 131047, "fbtrace_id": f"x\ny {LIN}", "is_transient": "no"}})
    practice.trouble("answer", status=400, body=body, taken=False)
    result = api.send(letter("k"))
    assert isinstance(result, Refused)
    assert result.what is Next.USE_TEMPLATE
    assert LIN not in result.detail


def test_no_answer_in_time_is_unsure(practice: PracticeServer, api: CloudApi) -> None:
    """A slow answer often belongs to a message that arrived."""
    practice.trouble("slow", seconds=1.5)
    assert isinstance(api.send(letter("slow")), Unsure)
    assert last(practice).key == "slow"


def test_nobody_listening_is_a_plain_retry() -> None:
    """Nothing was written, so it may be sent again at once after a short wait, without fear of saying it twice."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with CloudApi(f"http://127.0.0.1:{unused.getsockname()[1]}", VERSION, "1", TOKEN) as api:
            result = api.send(letter("k"))
            assert not api.check().ok
    assert isinstance(result, Refused)
    assert (result.code, result.what) == (None, Next.RETRY)
    assert result.wait is not None


@contextmanager
def _server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that takes one connection and does with it whatever `talk` says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def work() -> None:
            connection, _ = listener.accept()
            with connection:
                talk(connection)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nplain",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_an_answer_cut_short_is_unsure(answer: bytes) -> None:
    """Every way in which a connection can die half way must end in a result, never in an exception."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with _server(talk) as url, CloudApi(url, VERSION, "1", TOKEN) as api:
        assert isinstance(api.send(letter("k")), Unsure)


def test_a_letter_that_cannot_fit_is_not_even_sent(practice: PracticeServer, api: CloudApi) -> None:
    """WhatsApp would refuse it anyway; a person learns at once what to shorten."""
    before = len(practice.arrived()) + len(practice.refused())
    twins = (Button("a", "Yes"), Button("b", "Yes"))
    letters = [
        letter("k", "x" * 4097),
        letter("k", "  \n "),
        letter("k", "x" * 1025, (Button("a", "Yes"),)),
        letter("k", buttons=tuple(Button(str(n), f"Choice {n}") for n in range(4))),
        letter("k", buttons=(Button("a", "A title that is far too long"),)),
        letter("k", buttons=twins),
    ]
    for each in letters:
        result = api.send(each)
        assert isinstance(result, Refused)
        assert (result.code, result.what) == (None, Next.HUMAN)
    assert len(practice.arrived()) + len(practice.refused()) == before
    assert isinstance(api.send(letter("k", "x" * 4096)), Sent)


def test_neither_secret_nor_customer_shows_anywhere(
    practice: PracticeServer, api: CloudApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs and results are read by people and kept for years; Meta's own error texts name the customer."""
    caplog.set_level(logging.DEBUG)
    shown = [repr(api), repr(api.check())]
    for kind, code in (("refuse", 131047), ("refuse", 190), ("break", 0), ("answer", 0)):
        practice.trouble(kind, code=code)  # type: ignore[arg-type]
        shown.append(repr(api.send(letter("R-1/greet"))))
    shown.append(repr(api.send(letter("R-1/greet"))))
    shown += [record.getMessage() for record in caplog.records]
    for secret in (TOKEN, LIN, WORDS, "Lin", "wamid."):
        assert not [line for line in shown if secret in line]


def test_the_check_tells_what_is_wrong(practice: PracticeServer, api: CloudApi) -> None:
    """`doctor` should name the setting to mend."""
    channel: Channel = api
    assert channel.name == "cloud_api"
    assert api.check().ok
    number = practice.business.phone_number_id
    with CloudApi(practice.url, VERSION, number, "EAAG-another") as other:
        found = other.check()
        assert not found.ok
        assert "FIREBREAK_WHATSAPP_TOKEN" in found.says
        result = other.send(letter("k"))
        assert isinstance(result, Refused)
        assert (result.code, result.what) == (190, Next.HUMAN)
    with CloudApi(practice.url, VERSION, "42", TOKEN) as other:
        assert not other.check().ok
    with CloudApi(practice.url + "/nowhere", VERSION, number, TOKEN) as other:
        assert not other.check().ok
    practice.trouble("answer", status=200)
    assert api.check().ok, "trouble with sending is none with asking"


@pytest.mark.parametrize("url", ["", "graph.facebook.com", "ftp://graph.facebook.com", "https://"])
def test_a_base_address_without_a_host_is_refused_at_once(url: str) -> None:
    """A slip in a setting should be found at start, not with the first customer."""
    with pytest.raises(ValueError, match="https://"):
        CloudApi(url, VERSION, "1", TOKEN)


@pytest.mark.parametrize("token", ["", "two\nlines", "sécret"])
def test_an_impossible_token_is_refused_without_being_shown(token: str) -> None:
    """A token copied with a line break would otherwise be printed in full by the HTTP library."""
    with pytest.raises(ValueError, match="token") as raised:
        CloudApi("https://graph.facebook.com", VERSION, "1", token)
    assert not token or token not in str(raised.value)


def test_many_threads_share_one_client(practice: PracticeServer, api: CloudApi) -> None:
    """A wave of replies is sent by several threads at once."""
    before = len(practice.arrived())
    results: list[object] = []

    def work(name: int) -> None:
        results.extend(api.send(letter(f"t{name}-{number}")) for number in range(10))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(result, Sent) for result in results)
    assert len({each.key for each in practice.arrived()[before:]}) == 80


@pytest.mark.skipif(not OPENAPI.exists(), reason="Meta's OpenAPI file is not here")
def test_the_fields_are_those_that_meta_documents(practice: PracticeServer, api: CloudApi) -> None:
    """A misspelt field is ignored or refused by Meta, and our own stand-in could have the same slip."""
    from ruamel.yaml import YAML

    documented = YAML(typ="safe").load(OPENAPI)["components"]["schemas"]
    template = Template("order_update", "zh-CN", ("A-12", "x"))
    api.send(letter("k"))
    text = last(practice).body
    api.send(letter("k", buttons=(Button("a", "A"),)))
    interactive = last(practice).body
    api.send(Letter("k", LIN, "template", "as read", template))
    filled = last(practice).body

    common = set(documented["BaseMessageProperties"]["properties"]) | {"biz_opaque_callback_data"}
    for body in (text, interactive, filled):
        assert set(body) <= common | {body["type"]}
        assert set(documented["BaseMessageProperties"]["required"]) <= set(body)
        assert body["type"] in documented["Message"]["discriminator"]["mapping"]
    assert set(text["text"]) <= set(documented["TextMessage"]["allOf"][1]["properties"]["text"]["properties"])
    assert set(interactive["interactive"]) <= set(documented["InteractiveObject"]["properties"])
    with_buttons = next(each for each in documented["ActionObject"]["oneOf"] if each["required"] == ["buttons"])
    button = with_buttons["properties"]["buttons"]["items"]["properties"]
    [sent] = interactive["interactive"]["action"]["buttons"]
    assert set(sent) == set(button)
    assert set(sent["reply"]) == set(button["reply"]["properties"])
    assert set(filled["template"]) <= set(documented["TemplateObject"]["properties"])
