"""Reading values out of JSON that may hold anything at all."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime

from flows.receiving.events import Json

# Documented bodies are about ten levels deep. Anything deeper than this is cut off while reading, so that
# neither the parser nor whatever later walks over a stored element can run out of stack.
MAX_DEPTH = 64
CUT = "(nested too deeply: left out)"
TWICE = " (given twice)"

# A string that is never closed runs to the end, so that it is walked over once and not once per quote in it.
_BRACKET_OR_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,512}")
_DIGITS = re.compile(r"[0-9]{3,20}")
_NUMBER_PUNCTUATION = re.compile(r"[+\s().-]")
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,160}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")


class NotJson(ValueError):
    """The body is not JSON."""


class Unusable(Exception):
    """A part that is needed is missing or of the wrong kind; the message says which, never what it held."""


def read_json(body: bytes) -> Json:
    """The body as plain values. Raises NotJson, and nothing else.

    More forgiving than the standard in ways that lose nothing: bytes outside UTF-8 and halves of surrogate pairs
    become U+FFFD; NaN, infinities and numbers of absurd length become text; what is nested deeper than MAX_DEPTH
    becomes CUT; a name given twice in one object keeps both values (lists are joined, of other values the last
    counts and the earlier one stays beside it under the name + TWICE).
    """
    source = _without_depths(body.decode("utf-8-sig", "replace"))
    try:
        value = json.loads(source, object_pairs_hook=_object, parse_int=_int, parse_float=_float, parse_constant=str)
    except ValueError as error:
        # The parser's exception carries the whole body; only where it stopped may go on from here.
        place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise NotJson(f"The body is not JSON{place}.") from None
    return _clean(value)


def _without_depths(source: str) -> str:
    if source.count("[") + source.count("{") <= MAX_DEPTH:
        return source
    depth, kept, start = 0, [], 0
    for match in _BRACKET_OR_STRING.finditer(source):
        mark = match.group()
        if mark in ("[", "{"):
            depth += 1
            if depth == MAX_DEPTH + 1:
                kept.append(source[start : match.start()])
        elif mark in ("]", "}"):
            depth -= 1
            if depth == MAX_DEPTH:
                kept.append(json.dumps(CUT))
                start = match.end()
    if depth > MAX_DEPTH:  # never closed: cannot be JSON, and must not reach the parser at that depth
        return ""
    return "".join([*kept, source[start:]])


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for name, value in pairs:
        earlier = result.get(name)
        if isinstance(earlier, list) and isinstance(value, list):
            earlier.extend(value)
            value = earlier
        elif name in result:
            result[name + TWICE] = earlier
        result[name] = value
    return result


def _int(digits: str) -> Json:
    return int(digits) if len(digits) <= 18 else digits


def _float(digits: str) -> Json:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return value if value.isascii() else _whole(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _clean(item) for name, item in value.items()}
    return value


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# -- what is needed: raises Unusable ---------------------------------------------------------------------------


def as_object(holder: dict[str, Json], name: str) -> dict[str, Json]:
    """The object under `name`."""
    value = holder.get(name)
    if isinstance(value, dict):
        return value
    raise Unusable(_complaint(holder, name, "an object"))


def as_list(holder: dict[str, Json], name: str) -> list[Json]:
    """The list under `name`."""
    value = holder.get(name)
    if isinstance(value, list):
        return value
    raise Unusable(_complaint(holder, name, "a list"))


def as_text(holder: dict[str, Json], name: str) -> str:
    """The text under `name`, which may be empty."""
    value = holder.get(name)
    if isinstance(value, str):
        return value
    raise Unusable(_complaint(holder, name, "text"))


def as_id(holder: dict[str, Json], name: str) -> str:
    """The message id under `name`: 1 to 512 printable ASCII characters."""
    as_text(holder, name)
    value = id_of(holder, name)
    if value is None:
        raise Unusable(f"`{name}` is not a usable id")
    return value


def as_time(holder: dict[str, Json], name: str) -> datetime:
    """The moment under `name`: Unix seconds (or milliseconds) as text or number, from 1970 to about 5138."""
    moment = time_of(holder, name)
    if moment is None:
        raise Unusable(_complaint(holder, name, "a Unix time in seconds"))
    return moment


def _complaint(holder: dict[str, Json], name: str, wanted: str) -> str:
    return f"`{name}` is not {wanted}" if name in holder else f"`{name}` is missing"


# -- what may be there: None when it is not ---------------------------------------------------------------------


def text_of(holder: Json, name: str) -> str | None:
    """The text under `name`, if `holder` is an object and has one."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else None


def id_of(holder: Json, name: str) -> str | None:
    """The message id under `name`, if there is a usable one."""
    value = text_of(holder, name)
    return value if value is not None and _PRINTABLE.fullmatch(value) else None


def whole_number_of(holder: Json, name: str) -> int | None:
    """The number from 0 to 2³¹ - 1 under `name`, written as a number or as text."""
    value = _whole_number(holder, name)
    return value if value is not None and value < 2**31 else None


def _whole_number(holder: Json, name: str) -> int | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str) or not _WHOLE_NUMBER.fullmatch(str(value)):
        return None
    return int(value)


def one_of(holder: Json, *names: str) -> str | None:
    """The first text found under one of these names."""
    return next((text for name in names if (text := text_of(holder, name)) is not None), None)


def time_of(holder: Json, name: str) -> datetime | None:
    """The moment under `name`, aware and in UTC, if there is a sensible one."""
    seconds = _whole_number(holder, name)
    if seconds is None:
        return None
    if seconds >= 10**11:
        seconds //= 1000  # WhatsApp gives milliseconds in a few webhooks
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 10**11 else None


def wa_id_of(value: Json) -> str | None:
    """A number as WhatsApp writes it, digits only: `+1 650 555 1234` and 16505551234 become '16505551234'."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = _NUMBER_PUNCTUATION.sub("", str(value))
    return digits if _DIGITS.fullmatch(digits) else None


def user_id_of(value: Json) -> str | None:
    """A business-scoped user id such as 'US.13491208655302741918' or 'US.ENT.11815799212886844830'."""
    return value if isinstance(value, str) and _USER_ID.fullmatch(value) else None


def word_of(value: Json, otherwise: str) -> str:
    """A plain lower-case word, fit for a column that is not sealed; anything else counts as `otherwise`."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else otherwise
