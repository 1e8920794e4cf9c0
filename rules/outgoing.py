"""What leaves us: no text of ours holds anybody's papers, cards and accounts, and an order number says who is meant
where a name with an address or a telephone number would say too much.

Playbooks' letters that do are refused; what people write is rewritten as far as that is sure, and they are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rules import order_numbers, personal_data
from rules.personal_data import Kind, Span

PAPERS: frozenset[Kind] = frozenset({"identity_number", "passport_number", "bank_card", "bank_account"})
"""The kinds that no text of ours may hold, whosever they are."""
WHEREABOUTS: frozenset[Kind] = frozenset({"phone_number", "postal_address"})
"""The kinds for which an order number does."""

_TITLED = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.?\s+(?:[A-Z][\w'-]+\s?){1,3}(?<!\s))|(?:[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|太太))"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Finding:
    """Personal data in a text of ours: its kind, where it stands (characters from 0 on), and whether the text must not
    be sent because of it."""

    kind: Kind
    start: int
    end: int
    refused: bool

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "start": self.start, "end": self.end, "refused": self.refused}


@dataclass(frozen=True)
class Review:
    """A text of ours that was looked at: what stands in it, and the text that may be sent instead."""

    text: str
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the text must not leave as it was."""
        return any(finding.refused for finding in self.findings)


def review(
    text: str,
    region: str | None = None,
    own_names: Iterable[str] = (),
    *,
    reference: str | None = None,
    ours: str = "",
) -> Review:
    """Look at a text before it leaves.

    `region` and `own_names` are the customer's country and names. `reference` is the number that may stand for them: an
    order's or a case's; without one, a number that the text itself names. `ours` is a text whose own addresses and
    telephone numbers are the house's (a reply as its author wrote it): papers and cards are refused even there.
    """
    short = text[: personal_data.LONGEST_TEXT]
    known = _whereabouts_in(ours, region)
    found = [span for span in personal_data.find(short, region, own_names) if _plain(short, span) not in known]
    with_address = any(span.kind == "postal_address" for span in found)
    if with_address:  # with where they live, a title is as good as a name
        found += [each for each in _titled(short) if not any(_overlap(each, other) for other in found)]
    findings = tuple(
        Finding(span.kind, span.start, span.end, span.kind in PAPERS | WHEREABOUTS)
        for span in sorted(found, key=lambda each: each.start)
        if span.kind not in ("own_name", "email") or (with_address and span.kind == "own_name")
    )
    number = reference or order_numbers.case_in(short) or next(iter(order_numbers.find(short)), None)
    return Review(_rewritten(short, findings, number) if findings else text, findings)


def _rewritten(text: str, findings: Iterable[Finding], number: str | None) -> str:
    chinese = _CHINESE.search(text) is not None
    removed, customer = ("[已略去]", "客户") if chinese else ("[removed]", "the customer")
    parts, done, named = [], 0, number is not None and number in text
    for finding in findings:
        instead = removed
        if finding.kind == "own_name":
            instead = customer
        elif finding.kind == "postal_address" and number is not None and not named:
            instead, named = (f"[订单 {number}]" if chinese else f"[order {number}]"), True
        parts += [text[done : finding.start], instead]
        done = finding.end
    return "".join((*parts, text[done:]))


def _titled(text: str) -> list[Span]:
    return [Span("own_name", match.start(), match.end()) for match in _TITLED.finditer(text)]


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _whereabouts_in(ours: str, region: str | None) -> frozenset[str]:
    if not ours:
        return frozenset()
    return frozenset(_plain(ours, span) for span in personal_data.find(ours, region) if span.kind in WHEREABOUTS)


def _plain(text: str, span: Span) -> str:
    return " ".join(text[span.start : span.end].split())
