"""What each error code of the Cloud API means for a letter: what to do next, after how long, and why.

Only the number counts; Meta announces that the titles will go away. The same table reads the codes in an
answer to a send and those in a `failed` delivery status, because Meta reports many of them either way.

Source: Meta, "Cloud API error codes" (state of May 2026) and its OpenAPI file v23.0; for 131056 also "Pair
rate limits" (try again after 4^X seconds, X from 0 on), for 131049 the advice to wait at least 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from flows.channels.channel import Next

LONGEST_WAIT = timedelta(hours=1)  # a wait that grows stops growing here; a fixed one may be longer

_SECOND = timedelta(seconds=1)
_SOON = timedelta(seconds=5)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a refusal means. `wait` is the time before the first new attempt; None: time mends nothing."""

    code: int | None
    what: Next
    words: str
    wait: timedelta | None = None
    grows: bool = False

    def wait_after(self, tries: int) -> timedelta | None:
        """The wait after that many failed attempts (1 or more), four times longer each time if it grows."""
        if self.wait is None or not self.grows:
            return self.wait
        longer: int = 4 ** min(max(tries - 1, 0), 20)
        return min(self.wait * longer, LONGEST_WAIT)


def _retry(code: int | None, words: str, wait: timedelta = _SOON) -> Meaning:
    return Meaning(code, Next.RETRY, words, wait, grows=True)


def _back_off(code: int | None, words: str, wait: timedelta, grows: bool = True) -> Meaning:
    return Meaning(code, Next.BACK_OFF, words, wait, grows)


def _human(code: int | None, words: str) -> Meaning:
    return Meaning(code, Next.HUMAN, words)


_ACCESS = "WhatsApp does not accept the access token; put a valid one into FIREBREAK_WHATSAPP_TOKEN"
_RIGHTS = "the access token lacks a permission; it needs whatsapp_business_messaging for this number"
_OURS = "WhatsApp could not read our request; the letter has to be looked at before it is sent again"
_TEMPLATE = "compare the reply with the template in WhatsApp Manager"

_TABLE = (
    # Access
    _human(0, _ACCESS),
    _human(3, _RIGHTS),
    _human(10, _RIGHTS),
    _human(104, _ACCESS),
    _human(190, _ACCESS),
    _human(131005, _RIGHTS),
    # The number or the account
    _human(33, "WhatsApp does not know this business number; check FIREBREAK_WHATSAPP_PHONE_NUMBER_ID"),
    _human(368, "WhatsApp has restricted the business account for a policy violation; see WhatsApp Manager"),
    _human(130497, "the business account may not write to people in this country"),
    _human(131031, "WhatsApp has locked the business account; see WhatsApp Manager"),
    _human(131037, "the display name of the business number is not approved yet"),
    _human(131042, "WhatsApp sees a payment problem; check the payment method in WhatsApp Manager"),
    _human(131045, "the business number is not registered properly; register it again"),
    _human(133010, "the business number is not registered; register it in WhatsApp Manager"),
    # Too fast, or too much
    _back_off(4, "the app has used up its calls for now", _MINUTE),
    _back_off(80007, "the business account has used up its calls for now", _MINUTE),
    _back_off(130429, "more messages per second than this number may send", _SECOND),
    _back_off(131056, "too many messages to this one customer in a short time", _SECOND),
    _human(131048, "the number is held back because people blocked or reported it; see its quality rating"),
    _back_off(131049, "this customer has had enough marketing for now, says WhatsApp", _DAY, grows=False),
    # WhatsApp itself
    _retry(1, "WhatsApp reports an unknown error"),
    _retry(2, "WhatsApp is down or overloaded"),
    _retry(131000, "WhatsApp reports an unknown error"),
    _retry(131016, "a part of WhatsApp is overloaded", timedelta(seconds=15)),
    _retry(131057, "the business account is in maintenance, for some minutes at most", _MINUTE),
    _retry(133004, "WhatsApp is down for the moment", _MINUTE),
    # This customer
    Meaning(131047, Next.USE_TEMPLATE, "more than 24 hours have passed since the customer last wrote"),
    Meaning(131050, Next.STOP, "the customer has switched off marketing messages from this business"),
    _human(130472, "WhatsApp tests how this customer does without marketing; reach them in another way"),
    _human(131021, "the customer's number is the business number itself"),
    _human(131026, "the customer's phone cannot take the message: no WhatsApp, an old version, or blocked"),
    _human(131030, "this is a test number, and the customer is not on its list of allowed recipients"),
    _human(131062, "this kind of message needs the customer's number, and only a user id is known"),
    # The letter
    _human(100, _OURS),
    _human(131008, _OURS),
    _human(131009, _OURS),
    _human(131051, "WhatsApp does not know this type of message"),
    _human(131052, "WhatsApp could not fetch the media"),
    _human(131053, "WhatsApp could not take the media"),
    _human(131055, "WhatsApp does not offer this for the business number"),
    _human(135000, _OURS),
    # Templates
    _human(132000, f"the number of values does not fit the template; {_TEMPLATE}"),
    _human(132001, f"there is no approved template of that name in that language; {_TEMPLATE}"),
    _human(132005, "with its values filled in the template is too long"),
    _human(132007, "the template breaks a policy of WhatsApp; change it in WhatsApp Manager"),
    _human(132012, f"a value has a form that the template does not expect; {_TEMPLATE}"),
    _human(132015, "the template is paused because of its quality; change it, or use another"),
    _human(132016, "the template was switched off for good because of its quality; use another"),
    _human(132018, f"a value cannot stand in a template (line breaks, tabs, many spaces); {_TEMPLATE}"),
)

CODES: Mapping[int, Meaning] = MappingProxyType({each.code: each for each in _TABLE if each.code is not None})

UNREACHABLE = _retry(None, "WhatsApp could not be reached; nothing was sent")


def meaning_of(code: int | None, http_status: int | None = None, transient: bool = False) -> Meaning:
    """The meaning of a code; for one that is not in the table, what the answer around it says.

    `transient` is the answer's own `is_transient`. What nobody can classify goes to a person.
    """
    if code is not None and code in CODES:
        return CODES[code]
    if code is not None and 200 <= code <= 299:
        return _human(code, _RIGHTS)
    if http_status == 429:
        return _back_off(code, "WhatsApp asks us to slow down", _MINUTE)
    if transient or (http_status is not None and http_status >= 500):
        return _retry(code, "WhatsApp reports a passing error")
    if http_status == 401:
        return _human(code, _ACCESS)
    if http_status == 403:
        return _human(code, _RIGHTS)
    return _human(code, "WhatsApp refused the letter for a reason that is not in our table")
