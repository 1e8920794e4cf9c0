"""The WhatsApp Business Cloud API: one letter in, one result out, whatever the network does.

What a result may say is decided by one question: can the request have arrived? An answer with an error code
says no. A connection that was never made says no. Everything that breaks after that is `Unsure`, and is
settled later by the delivery status that carries the letter's key.

Source of paths and fields: Meta's OpenAPI file v23.0.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from flows.channels.channel import MOST_BUTTONS, Check, Letter, Next, Refused, Result, Sent, Template, Unsure
from flows.channels.error_codes import UNREACHABLE, Meaning, meaning_of
from flows.channels.whatsapp_address import is_user_id

LONGEST_TEXT = 4096  # characters; Meta's "Text messages" page
LONGEST_TEXT_WITH_BUTTONS = 1024  # characters; the OpenAPI file, as the two below
MOST_ROWS = 10
"""Entries of a list, which takes the place of buttons where there are more of them."""
LONGEST_BUTTON_TITLE = 20

_TIMEOUT = httpx.Timeout(connect=5, write=10, read=20, pool=10)  # seconds

# Raised before anything of a request is written. A write that fails is not among them: part may have left.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class CloudApi:
    """Sends through `{base_url}/{version}/{phone_number_id}/messages`. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        version: str,
        phone_number_id: str,
        token: str,
        *,
        name: str = "cloud_api",
        timeout: httpx.Timeout = _TIMEOUT,
    ) -> None:
        address = urlsplit(base_url)
        if address.scheme not in ("https", "http") or not address.hostname:
            raise ValueError("the API's base address begins with https:// and a host name")
        if not token or not (token.isascii() and token.isprintable()):
            # Checked here, because httpx would show the whole value in its own complaint.
            raise ValueError("the access token is empty, or has characters that no token has")
        self._name = name
        self._number_path = f"/{version.strip('/')}/{phone_number_id}"
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=timeout,
            trust_env=address.hostname not in _THIS_MACHINE,  # no proxy is asked for what runs right here
        )

    @property
    def name(self) -> str:
        return self._name

    def send(self, letter: Letter) -> Result:
        """Send one letter. Never raises for what WhatsApp or the network does."""
        if problem := _does_not_fit(letter):
            return Refused(None, Next.HUMAN, None, problem)
        try:
            answer = self._client.post(f"{self._number_path}/messages", content=_body(letter))
        except _NEVER_LEFT as error:
            return _refused(UNREACHABLE, f"{UNREACHABLE.words} ({type(error).__name__})")
        except (httpx.TransportError, httpx.DecodingError) as error:
            return Unsure(f"the connection broke before WhatsApp's answer was complete ({type(error).__name__})")
        return _read_answer(answer)

    def check(self) -> Check:
        """Ask for the business number itself: proves the address, the token and the number id in one call."""
        try:
            answer = self._client.get(self._number_path)
        except (httpx.TransportError, httpx.DecodingError) as broken:
            return Check(False, f"{self._client.base_url.host} cannot be reached ({type(broken).__name__})")
        error = _graph_error(answer)
        found = _json(answer)
        if error is None and answer.is_success and isinstance(found, dict) and found.get("id"):
            quality = found.get("quality_rating", "unknown")
            return Check(True, f"WhatsApp knows the number; its quality rating is {quality}")
        error = error or _GraphError(None, transient=False, trace=None)
        return Check(False, _explain(meaning_of(error.code, answer.status_code, error.transient), answer, error))

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _does_not_fit(letter: Letter) -> str | None:
    """Why WhatsApp would refuse the letter by its size; known beforehand, so it is not even sent."""
    if letter.kind == "template":
        return None
    longest = LONGEST_TEXT_WITH_BUTTONS if letter.buttons else LONGEST_TEXT
    if not letter.text.strip():
        return "the text is empty"
    if len(letter.text) > longest:
        return f"the text has {len(letter.text):,} characters, WhatsApp takes {longest:,}; shorten the reply"
    if len(letter.buttons) > MOST_ROWS:
        return f"the reply has {len(letter.buttons)} choices, WhatsApp takes {MOST_ROWS}"
    if len(letter.buttons) > MOST_BUTTONS and not 0 < len(letter.list_title) <= LONGEST_BUTTON_TITLE:
        return f"over {MOST_BUTTONS} choices are a list, whose button has 1 to {LONGEST_BUTTON_TITLE} characters"
    titles = [button.title for button in letter.buttons]
    if len(set(titles)) < len(titles) or any(not 0 < len(title) <= LONGEST_BUTTON_TITLE for title in titles):
        return f"button titles have 1 to {LONGEST_BUTTON_TITLE} characters and differ from each other"
    return None


def _body(letter: Letter) -> bytes:
    """The request body, escaped to ASCII: half an emoji in a text must not end in an exception here."""
    message = {
        "messaging_product": "whatsapp",
        "recipient_type": "group" if letter.group else "individual",
        # A user id has a field of its own, newer than the OpenAPI file (Meta, "Business-scoped user IDs").
        "recipient" if is_user_id(letter.to) and not letter.group else "to": letter.to,
        "biz_opaque_callback_data": letter.key,
        **_content(letter),
    }
    return json.dumps(message).encode("ascii")


def _content(letter: Letter) -> dict[str, Any]:
    if letter.template is not None:
        return {"type": "template", "template": _template(letter.template)}
    if len(letter.buttons) > MOST_BUTTONS:
        rows = [{"id": it.id, "title": it.title} for it in letter.buttons]
        action = {"button": letter.list_title, "sections": [{"rows": rows}]}
        return {"type": "interactive", "interactive": {"type": "list", "body": {"text": letter.text}, "action": action}}
    if letter.buttons:
        buttons = [{"type": "reply", "reply": {"id": it.id, "title": it.title}} for it in letter.buttons]
        interactive = {"type": "button", "body": {"text": letter.text}, "action": {"buttons": buttons}}
        return {"type": "interactive", "interactive": interactive}
    return {"type": "text", "text": {"body": letter.text, "preview_url": False}}


def _template(template: Template) -> dict[str, Any]:
    named: dict[str, Any] = {"name": template.name, "language": {"code": template.language.replace("-", "_")}}
    if template.parameters:
        # Meta takes no line break, tab or run of spaces inside a value (132018).
        values = [{"type": "text", "text": " ".join(value.split())} for value in template.parameters]
        named["components"] = [{"type": "body", "parameters": values}]
    return named


@dataclass(frozen=True, slots=True)
class _GraphError:
    code: int | None
    transient: bool
    trace: str | None


def _read_answer(answer: httpx.Response) -> Result:
    if (error := _graph_error(answer)) is not None:
        meaning = meaning_of(error.code, answer.status_code, error.transient)
        return _refused(meaning, _explain(meaning, answer, error))
    if answer.is_success:
        provider_id = _provider_id(_json(answer))
        return Sent(provider_id) if provider_id else Unsure("WhatsApp's answer names no message")
    if answer.is_server_error:
        return Unsure(f"WhatsApp broke off with HTTP {answer.status_code} and no error code")
    meaning = meaning_of(None, answer.status_code)
    return _refused(meaning, f"{meaning.words} (HTTP {answer.status_code}, no error code)")


def _refused(meaning: Meaning, detail: str) -> Refused:
    return Refused(meaning.code, meaning.what, meaning.wait_after(1), detail)


def _explain(meaning: Meaning, answer: httpx.Response, error: _GraphError) -> str:
    """Our own words and what Meta's support asks for; never Meta's message, which can name the customer."""
    code = "no error code" if error.code is None else f"code {error.code}"
    trace = "" if error.trace is None else f", trace {error.trace}"
    return f"{meaning.words} (HTTP {answer.status_code}, {code}{trace})"


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _graph_error(answer: httpx.Response) -> _GraphError | None:
    body = _json(answer)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    code, trace = error.get("code"), error.get("fbtrace_id")
    return _GraphError(
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        transient=error.get("is_transient") is True,
        trace=trace if isinstance(trace, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", trace) else None,
    )


def _provider_id(body: object) -> str | None:
    messages = body.get("messages") if isinstance(body, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) and found else None
