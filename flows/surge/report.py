"""What came of a surge, counted from what the practice WhatsApp has seen and from nothing else."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from flows.channels.error_codes import meaning_of
from flows.surge.crowd import Crowd
from rules.language import FIRST_REPLY, Step
from rules.replies import PLACEHOLDER, Reply

if TYPE_CHECKING:
    from flows.surge.play import Surge
    from rules.bundle import Bundle

CRISIS_TEAM = "crisis_team"
"""The role that the war room tells its digests to."""
MOST_DIGESTS = 20


@dataclass(frozen=True)
class Report:
    """Counts are customers, times seconds. `answered` have one first reply, `duplicates` the same one more than once,
    `lost` none; of those answered, `answered_anew` had another one besides, since they turned out to be worse off.
    `read_by_people` are messages that the rules could not read for sure, so that a colleague, whom the rehearsal plays,
    did. `rate` is first replies per second from the first message to the last first reply, `ratio` that rate as a part
    of what WhatsApp allows. A wait is the time from a customer's first message to their first reply."""

    customers: int
    messages: int
    redelivered: int
    answered: int
    duplicates: int
    lost: int
    answered_anew: int
    read_by_people: int
    seconds: float
    rate: float
    ratio: float
    channel_per_second: int
    busiest_second: int
    p50: float | None
    p99: float | None
    longest: float | None
    by_level: dict[str, dict[str, Any]]
    by_language: dict[str, int]
    in_groups: int
    photos: int
    sent: int
    replies: dict[str, int]
    refused: list[dict[str, Any]]
    told_team: dict[str, int]
    digests: list[dict[str, Any]]
    killed_at: list[float]
    memory_mb: float | None
    processor_seconds: float | None
    seed: int
    arrivals_per_second: float
    lost_customers: list[str] = field(default_factory=list)
    doubled_customers: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everybody was answered once."""
        return not self.lost and not self.duplicates

    def as_data(self) -> dict[str, Any]:
        return {"passed": self.passed, **asdict(self)}


def report(
    surge: Surge,
    crowd: Crowd,
    record: Mapping[str, Any],
    *,
    bundle: Bundle,
    read_by_people: int,
    memory: int | None,
    processor: float | None,
    killed: Sequence[float],
) -> Report:
    """The report of a surge, from the `record` of `flows.surge.whatsapp`."""
    names = Names(bundle)
    first_words, beside = openers(bundle), _alongside(bundle)
    replies: Counter[str] = Counter()
    firsts: dict[str, list[tuple[float, str]]] = defaultdict(list)
    others: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for each in record["arrived"]:
        name = names.of(each["text"])
        replies[name] += 1
        if name not in beside:
            (firsts if name in first_words else others)[each["to"]].append((each["at"], name))
    # Where somebody wrote in a group, the first thing they hear may be another text: an invitation to a private chat.
    heard = {who: firsts.get(who) or others.get(who, [])[:1] for who in crowd.customers}
    reached = {who: min(at for at, _ in said) for who, said in heard.items() if said}
    waits = {who: at - record["wrote"].get(who, 0.0) for who, at in reached.items()}
    last = max(reached.values(), default=0.0)
    doubled = [who for who, said in heard.items() if len({name for _, name in said}) < len(said)]
    lost = [who for who, said in heard.items() if not said]
    answered = len(reached) - len(doubled)
    rate = len(reached) / last if last else 0.0
    return Report(
        customers=len(crowd.customers),
        messages=crowd.messages,
        redelivered=len(crowd.words) - crowd.messages,
        answered=answered,
        duplicates=len(doubled),
        lost=len(lost),
        answered_anew=sum(len(said) > 1 for who, said in heard.items() if who not in doubled),
        read_by_people=read_by_people,
        seconds=round(last, 2),
        rate=round(rate, 2),
        ratio=round(rate / surge.per_second, 3),
        channel_per_second=surge.per_second,
        busiest_second=max(Counter(int(each["at"]) for each in record["arrived"]).values(), default=0),
        p50=_quantile(waits.values(), 0.5),
        p99=_quantile(waits.values(), 0.99),
        longest=_quantile(waits.values(), 1),
        by_level=_by_level(crowd, waits),
        by_language=dict(Counter(each.locale for each in crowd.customers.values()).most_common()),
        in_groups=sum(each.group_id is not None for each in crowd.customers.values()),
        photos=sum(each.photo and not each.again for each in crowd.words),
        sent=len(record["arrived"]),
        replies=dict(replies.most_common()),
        refused=_refused(record["refused"]),
        told_team=dict(Counter(each["role"] for each in record["team"]).most_common()),
        digests=_digests(record["team"]),
        killed_at=list(killed),
        memory_mb=round(memory / 2**20, 1) if memory else None,
        processor_seconds=round(processor, 1) if processor else None,
        seed=surge.seed,
        arrivals_per_second=surge.rate,
        lost_customers=lost[:20],
        doubled_customers=doubled[:20],
    )


class Names:
    """Which reply a text is, known by its words: what fills its placeholders may be anything."""

    def __init__(self, bundle: Bundle) -> None:
        self._known: dict[str, str] = {}
        self._shapes = [(reply.name, _shape(text)) for reply in bundle.replies.values() for text in _texts(reply)]

    def of(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = next((name for name, shape in self._shapes if shape.fullmatch(text)), "another text")
        return self._known[text]


def _texts(reply: Reply) -> Iterator[str]:
    yield from reply.text.values()


def _shape(text: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(text.strip())[:: PLACEHOLDER.groups + 1]
    return re.compile("(?s:.*)".join(map(re.escape, parts)))


def openers(bundle: Bundle) -> frozenset[str]:
    """The replies that are the first thing a procedure says which promises a first reply."""
    promising = [each for each in bundle.playbooks.values() if FIRST_REPLY in each.promises]
    return frozenset(str(name) for playbook in promising for name in _first_said(playbook.steps))


def _first_said(steps: Iterable[Step]) -> set[str]:
    """The replies with which a list of steps can begin."""
    for step in steps:
        if step.verb.verb == "reply":
            return {str(vars(step.verb)["text"])}
        if found := {name for block in step.verb.blocks().values() for name in _first_said(block)}:
            return found
    return set()


def _alongside(bundle: Bundle) -> frozenset[str]:
    """The replies of procedures that run beside others, such as a privacy notice: they answer nobody."""
    steps = [step for each in bundle.playbooks.values() if each.alongside for step in each.walk()]
    return frozenset(str(vars(step.verb)["text"]) for step in steps if step.verb.verb == "reply")


def _by_level(crowd: Crowd, waits: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for level in ("urgent", "important", "general"):
        who = [each for each, customer in crowd.customers.items() if customer.level == level]
        times = [waits[each] for each in who if each in waits]
        found[level] = {"customers": len(who), "p50": _quantile(times, 0.5), "p99": _quantile(times, 0.99)}
    return found


def _refused(refused: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    codes = Counter(each["code"] for each in refused)
    return [{"code": code, "why": meaning_of(code).words, "times": times} for code, times in codes.most_common()]


def _digests(team: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    told = [each for each in team if each["role"] == CRISIS_TEAM]
    return [
        {"at": round(each["at"], 1), "title": each["title"], "text": each["message"]} for each in told[-MOST_DIGESTS:]
    ]


def _quantile(values: Iterable[float], part: float) -> float | None:
    ordered = sorted(values)
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 2)
