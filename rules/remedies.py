"""Which remedies a text of ours promises: money back, an article sent again, a voucher. The words stand in
`remedies.yaml`, so that whoever designs procedures can change them without code.

While a crisis goes on, only what the statement in force allows may be promised; one colleague who says refund and
another who says exchange cost more trust than the fault itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rules.guards import SENTENCE, Guard
from rules.language import Identifier, says
from rules.problems import Problems, did_you_mean
from rules.reading import BAD, Reader
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

OFFERS = ("refund", "replacement", "voucher")
"""The remedies that a statement may allow: the values of the fact `chosen_remedy` that are things."""
SAID_FOR: Mapping[str, str] = {
    "reship": "replacement",
    "resend": "replacement",
    "exchange": "replacement",
    "replace": "replacement",
    "coupon": "voucher",
    "discount": "voucher",
    "credit": "voucher",
    "money_back": "refund",
}
"""What people also call a remedy -> its name."""

_NOTHING = Guard("")
_CLAUSE = re.compile(r"[,:、—]+(?!\d)|\s[-–]\s")


@dataclass(frozen=True)
class Remedy:
    """What a text says that promises one remedy."""

    means: str = says("What the customer gets, in a few words")
    words: tuple[str, ...] = says("A clause with one of these promises it; whole words, a * stands for any ending")
    groups: Mapping[Identifier, tuple[str, ...]] | None = says("Words, under names of your own", default=None)
    together: tuple[tuple[Identifier, ...], ...] = says("A clause with a word of each group promises it", default=())
    covered_by: tuple[Identifier, ...] = says("The remedies of which one being allowed is enough; itself", default=())


@dataclass(frozen=True)
class RemediesFile:
    """How promises of a remedy are read, as it is written."""

    unless: tuple[str, ...] = says("What makes a clause a limit, and no promise")
    wish: tuple[str, ...] = says("What makes a clause the customer's own wish, said back to them, and no promise")
    granted: tuple[str, ...] = says("What makes it a promise all the same: the wish is granted")
    own: tuple[str, ...] = says("What makes a clause say something by itself; others go with those beside them")
    remedies: Mapping[Identifier, Remedy] = says("What promises each remedy")


@dataclass(frozen=True)
class Remedies:
    """Reads texts for what they promise."""

    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    finders: Mapping[str, Guard] = field(default_factory=dict, repr=False)
    unless: Guard = field(default=_NOTHING, repr=False)
    wish: Guard = field(default=_NOTHING, repr=False)
    granted: Guard = field(default=_NOTHING, repr=False)
    own: Guard = field(default=_NOTHING, repr=False)
    by_not: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, written: RemediesFile) -> Remedies:
        finders = {
            str(name): _finder(each.words, each.groups or {}, each.together) for name, each in written.remedies.items()
        }
        known = {str(name): each for name, each in written.remedies.items()}
        unless = _finder(written.unless)
        wish, granted, own = map(_finder, (written.wish, written.granted, written.own))
        # What promises by its own "not", as in "you won't have to pay", is no limit.
        by_not = tuple(word for each in known.values() for word in each.words if unless.phrase_in(word) is not None)
        return cls(known, finders, unless, wish, granted, own, by_not)

    def promised(self, text: str) -> dict[str, str]:
        """What a text promises or offers: the remedy (or `compensation`, of which nothing else is said) -> the words by
        which it does. A limit, or the customer's own wish said back to them, promises nothing."""
        found: dict[str, str] = {}
        for sentence in SENTENCE.findall(unicodedata.normalize("NFKC", text)):
            for clause in self._promising(sentence):
                for name, finder in self.finders.items():
                    if name not in found and (words := finder.phrase_in(clause)) is not None:
                        found[name] = words
        return found

    def outside(self, text: str, allowed: Collection[str]) -> dict[str, str]:
        """What a text promises though it is not among what is `allowed`, with the words by which it does."""
        return {
            name: words
            for name, words in self.promised(text).items()
            if not set(allowed) & {*(self.remedies[name].covered_by or (name,))}
        }

    def _promising(self, sentence: str) -> list[str]:
        """The clauses of a sentence that may promise something. One that says nothing by itself goes with the clause
        before it, the first one with the clause after it."""
        clauses = [each for each in _CLAUSE.split(sentence) if each.strip()]
        limited = [self._lets_through(each) for each in clauses]
        alone = [self.own.phrase_in(each) is not None for each in clauses]
        for number in range(1, len(clauses)):
            limited[number] |= not alone[number] and limited[number - 1]
        if len(clauses) > 1 and not alone[0]:
            limited[0] |= limited[1]
        return [each for each, let_through in zip(clauses, limited, strict=True) if not let_through]

    def _lets_through(self, clause: str) -> bool:
        """Whether a clause is a limit, or the customer's own wish that nobody has granted."""
        if self.unless.phrase_in(clause) is not None:
            return _finder(self.by_not).phrase_in(clause) is None
        return self.wish.phrase_in(clause) is not None and self.granted.phrase_in(clause) is None


def remedy_named(given: str) -> str | None:
    """The remedy that a person means by this word: `reship` is a replacement; None if it is none."""
    plain = given.strip().lower().replace("-", "_").replace(" ", "_")
    for word in (plain, plain.removesuffix("s")):
        if (name := SAID_FOR.get(word, word)) in OFFERS:
            return name
    return None


def read_remedies(source: Source, problems: Problems) -> Remedies | None:
    """How promises are read, by `source`; None when there is any problem (all of them are noted)."""
    reader = Reader(source, Vocabulary({}), {}, problems)
    before = len(problems.items)
    written = reader.model(RemediesFile, source.data, ())
    if written is BAD or len(problems.items) > before:
        return None
    for name, each in written.remedies.items():
        for number, names in enumerate(each.together):
            for group in names:
                if group not in (each.groups or {}):
                    hint = did_you_mean(group, each.groups or ())
                    where = ("remedies", name, "together", number)
                    reader.error(where, f'no group is called "{group}"{hint}', "shape")
    for missing in [name for name in OFFERS if name not in written.remedies]:
        reader.error(("remedies",), f'"{missing}" is missing: nobody would notice that it is promised', "shape")
    return Remedies.of(written) if len(problems.items) == before else None


def _finder(
    words: tuple[str, ...],
    groups: Mapping[Identifier, tuple[str, ...]] | None = None,
    together: tuple[tuple[Identifier, ...], ...] = (),
) -> Guard:
    """Finds any of the words, or a word of each group, in a clause, as the guards do."""
    plain = Identifier("words")
    return Guard("", groups={**(groups or {}), plain: words}, together=((plain,), *together))
