"""Who in an exported chat is us, who the customer, and which number the customer has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from flows.chats.files import NotAChat
from flows.chats.reading import Chat, Said
from rules.problems import did_you_mean


@dataclass(frozen=True)
class Sides:
    """The two sides of a chat, by the names in the export. Either is empty where nobody can tell, or nobody of that
    side has written; `number` is the customer's (digits with the country code), empty if it is not known. `others` are
    the further senders of a group."""

    we: str
    customer: str
    number: str
    others: tuple[str, ...] = ()

    def author_of(self, said: Said) -> str:
        """`us`, `customer`, `other`, or empty where nobody can tell, and where WhatsApp itself speaks."""
        if not said.sender:
            return ""
        authors = {self.we: "us", self.customer: "customer"}
        return authors.get(said.sender) or ("other" if self.we and self.customer else "")


def digits_of(number: str) -> str:
    """The digits of a number with its country code, as WhatsApp knows it. Raises `NotAChat` for what is none."""
    plain = unicodedata.normalize("NFKC", number)
    digits = "".join(str(unicodedata.digit(each)) for each in plain if each.isdigit())
    if re.search(r"[^\W\d_]", plain) or not 7 <= len(digits.removeprefix("00")) <= 15:
        raise NotAChat(f"--customer {number}: a number has 7 to 15 digits, with its country code: +49 170 1234567.")
    if digits.startswith("00"):
        return digits[2:]
    if digits.startswith("0"):
        raise NotAChat(f"--customer {number}: the country code is missing; write it as +49 170 1234567.")
    return digits


def sides_of(chat: Chat, we: str | None = None, customer_name: str | None = None, number: str | None = None) -> Sides:
    """What is said of the two sides, and what follows from the chat itself; nothing is guessed.

    Raises `NotAChat` when somebody is named who has not written, and for a number that is none.
    """
    senders = chat.senders
    digits = digits_of(number) if number else ""
    for option, name in (("--me", we), ("--customer-name", customer_name)):
        # Where only one side has written the other is not in the chat; a slip in the name looks nearly the same.
        hint = did_you_mean(name or "", senders)
        if name is not None and name not in senders and (len(senders) > 1 or "did you mean" in hint):
            raise NotAChat(f'Nobody in {chat.file.path} is called "{name}" ({option}){hint}.')
    we = we or _only(each.sender for each in chat.said if each.by_us and each.sender != customer_name)
    theirs = customer_name or _customer(chat, senders, we, digits)
    if not we and len(senders) == 2 and theirs in senders:
        we = _only(each for each in senders if each != theirs)
    if we and we == theirs:
        raise NotAChat(f'"{we}" cannot be both: us and the customer.')
    if theirs and not digits:
        digits = _number_in(theirs)
    others = tuple(each for each in senders if each not in (we, theirs)) if we and theirs else ()
    return Sides(we, theirs, digits, others)


def require_complete(chat: Chat, sides: Sides) -> None:
    """Raises `NotAChat` with the question that is open, where a chat cannot be kept as it is."""
    senders = chat.senders
    if not senders:
        raise NotAChat(f"Nobody has written in {chat.file.path}: there is nothing to keep.")
    if not sides.we and not (sides.customer and len(senders) == 1):
        raise NotAChat(f"Who in {chat.file.path} is us? Say it with --me NAME: {_quoted(senders)}.")
    if not sides.customer and len(senders) > 1:
        rest = _quoted(each for each in senders if each != sides.we)
        raise NotAChat(f"This is a group. Which customer is it about? Say it with --customer-name NAME: {rest}.")
    if not sides.number:
        who = f'"{sides.customer}"' if sides.customer else "the customer"
        raise NotAChat(f"Which number does {who} write from? Say it with --customer and the country code: +49 170 ….")


def _customer(chat: Chat, senders: list[str], we: str, digits: str) -> str:
    """The customer's name: whoever has that number, whom the name of the file tells, or who is left."""
    if digits and (found := _only(each for each in senders if _number_in(each) == digits)):
        return found
    left = [each for each in senders if each != we]
    if len(left) == 1 and (we or (len(senders) == 1 and chat.file.name in ("", left[0]))):
        return left[0]
    if len(senders) > 2:
        return ""
    named = chat.file.name.casefold()
    return _only(each for each in left if named and each.casefold() == named) or _only(filter(_number_in, left))


def _number_in(name: str) -> str:
    """The number that stands in place of a name, where the customer is in no address book."""
    if not re.fullmatch(r"\+[0-9 ()./\-\u00a0\u202f\u2011-]{7,24}", name):
        return ""
    try:
        return digits_of(name)
    except NotAChat:
        return ""


def _only(found: Iterable[str]) -> str:
    """The one that is found, however often; empty if there is none or there are several."""
    different = set(found)
    return different.pop() if len(different) == 1 else ""


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
