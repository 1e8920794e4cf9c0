"""Reaching the team: who stands behind a role, in which order, and telling them through Apprise.

The team file names people once and lists them under roles, the first to be called first:

    people:
      first_phone:
        - tgram://${TELEGRAM_BOT}/${FIRST_CHAT}
        - mailtos://${MAIL_USER}:${MAIL_PASSWORD}@example.com
      second_phone: dingtalk://${DINGTALK_TOKEN}
    roles:
      shift_lead: [first_phone, second_phone]
      privacy_lead: [second_phone]

Under `calls` a person may have addresses at which they are called, for what cannot wait. They are used, beside the
others, when a matter is urgent:

    calls:
      first_phone: twilio://${TWILIO_SID}:${TWILIO_TOKEN}@15550100009/15550100010/?method=call

`${NAME}` is filled in from the environment as it stands there (in an address, special characters are written
percent-encoded). An address is a secret: it is never shown, logged or put into an error.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flows.errors import FirebreakError
from rules.problems import ContentError, Problems, did_you_mean
from rules.yaml_source import Keys, Source

if TYPE_CHECKING:
    import apprise

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://.+", re.IGNORECASE | re.DOTALL)
_MAILBOX = re.compile(r"mailtos?://", re.IGNORECASE)

_Addresses = Mapping[str, tuple[str, ...]]


class UnknownRole(FirebreakError):
    """There is no such role in the team file."""


@dataclass(frozen=True, slots=True)
class Told:
    """The services took the notice for `people`, and for nobody in `missed`; who read it is not known."""

    people: tuple[str, ...]
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTold:
    """Nobody was reached; `reason` says why, for a person."""

    reason: str


class Team:
    """The people behind the roles."""

    def __init__(
        self, people: _Addresses, roles: Mapping[str, tuple[str, ...]], calls: _Addresses | None = None
    ) -> None:
        self._people = dict(people)
        self._calls = dict(calls or {})
        self._roles = dict(roles)

    def __repr__(self) -> str:
        return f"Team(roles={sorted(self._roles)})"

    @classmethod
    def load(cls, path: Path, environment: Mapping[str, str]) -> Team:
        """Read a team file. Raises `ContentError` with every problem in it, each on its line."""
        problems = Problems()
        source = Source.read(path, problems)
        if source is None:
            raise ContentError(problems)
        team = _Reader(source, environment, problems).read()
        problems.raise_errors()
        return team

    @classmethod
    def of(cls, roles: Mapping[str, Sequence[str]]) -> Team:
        """A team made in code: each role is one person of the same name, with these addresses."""
        people = {role: tuple(addresses) for role, addresses in roles.items()}
        return cls(people, {role: (role,) for role in roles})

    def roles(self) -> tuple[str, ...]:
        """Every role, in the order of the file."""
        return tuple(self._roles)

    def people_of(self, role: str) -> tuple[str, ...]:
        """The people behind a role, the first to be called first. Raises `UnknownRole`."""
        if role not in self._roles:
            raise UnknownRole(f'there is no role "{role}" in the team file{did_you_mean(role, self._roles)}')
        return self._roles[role]

    def tell(
        self,
        role: str,
        title: str,
        body: str,
        person: str | None = None,
        *,
        mail_to: str | None = None,
        urgent: bool = False,
    ) -> Told | NotTold:
        """Tell everyone behind a role, or only one of them. Takes seconds when a service is slow.

        A person is reached when at least one of their addresses took the notice; what is `urgent` also goes to those
        under `calls`. With `mail_to` none of them is told:
        the words go to that e-mail address, from the first mailbox (`mailto://`, `mailtos://`) behind the role.
        """
        try:
            people = self.people_of(role)
        except UnknownRole as error:
            return NotTold(str(error))
        if person is not None:
            if person not in people:
                return NotTold(f'"{person}" does not stand behind "{role}"{did_you_mean(person, people)}')
            people = (person,)
        if mail_to is not None:
            return self._mail(role, people, title, body, mail_to)
        reached = tuple(each for each in people if self._reach(each, title, body, urgent=urgent))
        if not reached:
            return NotTold(f'no service took the notice for anyone behind "{role}" ({", ".join(people)})')
        return Told(reached, tuple(each for each in people if each not in reached))

    def _mail(self, role: str, people: Sequence[str], title: str, body: str, to: str) -> Told | NotTold:
        """Send an e-mail to somebody who is not of the team."""
        boxes = [(each, address) for each in people for address in self._people[each] if _MAILBOX.match(address)]
        if not boxes:
            return NotTold(f'nobody behind "{role}" has a mailbox (mailtos://) in the team file to send e-mail from')
        person, address = boxes[0]
        sent = _notify(_addressed(address, to), title, body)
        return Told((person,)) if sent else NotTold(f'the mailbox of "{person}" did not take the e-mail')

    def check(self) -> list[str]:
        """What Apprise does not understand, one line each; nothing is sent. For `doctor`."""
        return [
            f"{person}: Apprise does not understand address {number} of {len(addresses)}"
            for listed in (self._people, self._calls)
            for person, addresses in listed.items()
            for number, address in enumerate(addresses, start=1)
            if _service(address) is None
        ]

    def _reach(self, person: str, title: str, body: str, *, urgent: bool) -> bool:
        addresses = (*(self._calls.get(person, ()) if urgent else ()), *self._people[person])
        taken = [_notify(address, title, body) for address in addresses]
        return any(taken)


def _addressed(mailbox: str, to: str) -> str:
    """The address by which Apprise sends from this mailbox to somebody else, and to nobody besides."""
    parts = urlsplit(mailbox)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() not in ("to", "cc", "bcc")]
    return urlunsplit((parts.scheme, parts.netloc, "", urlencode([*kept, ("to", to)]), ""))


def _notify(address: str, title: str, body: str) -> bool:
    service = _service(address)
    if service is None:
        return False
    try:
        return service.notify(body=body, title=title, body_format="text") is True
    except Exception:
        # Apprise speaks for some hundred services; whatever one of them throws may show its address.
        return False


def _service(address: str) -> apprise.Apprise | None:
    """Apprise for one address, or None when it does not understand it."""
    _load_apprise()
    import apprise

    kept_in_memory = apprise.AppriseAsset(
        app_id="Firebreak", app_desc="Firebreak", storage_mode=apprise.PersistentStoreMode.MEMORY
    )
    service = apprise.Apprise(asset=kept_in_memory)
    return service if service.add(address) else None


@cache
def _load_apprise() -> None:
    """Load Apprise with its hundred services, on first use: most commands tell nobody anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of its services use old modules
        import apprise

        # Apprise logs whole addresses, and an address holds the key to a chat. No level set elsewhere brings them back.
        logging.getLogger("apprise").addFilter(lambda _record: False)
        apprise.Apprise.instantiate("json://127.0.0.1")
    # The lines of these two hold addresses, and with them their secrets.
    logging.getLogger("apprise").disabled = True
    logging.getLogger("urllib3").setLevel(logging.INFO)


class _Reader:
    """Reads the two mappings of a team file and notes everything that would leave a role unreachable."""

    def __init__(self, source: Source, environment: Mapping[str, str], problems: Problems) -> None:
        self.source = source
        self.environment = environment
        self.problems = problems

    def read(self) -> Team:
        sections = self._mapping(self.source.data, ())
        for name in sections:
            if name not in ("people", "calls", "roles"):
                self._error((name,), f'a team file has "people", "calls" and "roles", not "{name}"', "team-section")
        people = self._addresses(sections, "people")
        calls = self._addresses(sections, "calls") if "calls" in sections else {}
        for person in calls.keys() - people.keys():
            words = f'nobody called "{person}" stands under "people"{did_you_mean(person, people)}'
            self._error(("calls", person), words, "team-person")
        roles = self._lists(sections, "roles", "at least one person, or it reaches nobody")
        for role, members in roles.items():
            for index, person in enumerate(members):
                if person not in people:
                    words = f'nobody called "{person}" stands under "people"{did_you_mean(person, people)}'
                    self._error(("roles", role, index), words, "team-person")
        return Team(people, {role: tuple(members) for role, members in roles.items()}, calls)

    def _addresses(self, sections: Mapping[str, object], section: str) -> dict[str, tuple[str, ...]]:
        return {
            person: tuple(self._address((section, person, i), text) for i, text in enumerate(listed))
            for person, listed in self._lists(sections, section, "at least one address").items()
        }

    def _lists(self, sections: Mapping[str, object], section: str, needs: str) -> dict[str, list[str]]:
        if section not in sections:
            self._error((), f'a team file needs "{section}"', "team-section")
            return {}
        found: dict[str, list[str]] = {}
        for name, listed in self._mapping(sections[section], (section,)).items():
            words = [listed] if isinstance(listed, str) else listed
            if isinstance(words, list) and words and all(isinstance(word, str) and word for word in words):
                found[name] = words
            else:
                self._error((section, name), f'"{name}" needs a list with {needs}', "team-list")
        return found

    def _mapping(self, data: object, keys: Keys) -> Mapping[str, object]:
        if isinstance(data, dict) and data:
            return data
        self._error(keys, "here stand names, each with its list", "team-section")
        return {}

    def _address(self, keys: Keys, written: str) -> str:
        missing = [name for name in _NAME.findall(written) if not self.environment.get(name, "").strip()]
        for name in missing:
            words = f"the environment has no {name}; set it, or take this address out"
            self._error(keys, words, "team-secret")
        filled = _NAME.sub(lambda found: self.environment.get(found[1], "").strip(), written)
        if not missing and not _SCHEME.fullmatch(filled):
            words = "an address begins with its service, for example tgram:// or mailtos://"
            self._error(keys, words, "team-address")
        return filled

    def _error(self, keys: Keys, words: str, check: str) -> None:
        self.problems.error(self.source.place(keys), words, check)
