"""Reply texts in their playbooks: whether what they say can be sent there, and is proven there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rules.bundle import Bundle
from rules.checks.beside import beside
from rules.checks.check import Found, awaited, called, check, place_of, pointers
from rules.checks.paths import How, Paths
from rules.checks.supply import settled_by
from rules.claims import CLAIMS
from rules.conditions import All, Is, Not
from rules.language import ANSWERED, Playbook, PlaybookName, ReplyName, Step
from rules.moments import FURTHEST, Moment
from rules.possible import never_holds
from rules.replies import PLACEHOLDER, Reply
from rules.units import LONGEST

OF_A_CUSTOMER = frozenset(
    {"clear_phone", "collect", "confirm_in_writing", "erase", "extend", "follow_up", "hold", "label", "legal_clock"}
    | {"look_up_order", "mask", "offer", "recall", "reply", "take_inventory", "tell_affected"}
)
"""The verbs that need a customer, or a case or an incident of theirs."""
WINDOW = timedelta(hours=24)
"""How long after a customer's last message WhatsApp takes free text; after that only approved templates."""


@check("no-customer")
def no_customer(bundle: Bundle) -> Iterator[Found]:
    """A playbook for an incident, which has no customer and no case of its own, turns to one."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk() if playbook.scope == "incident" else ():
            heard = any(each.event == "customer_reply" for each in awaited(step))
            if heard or step.verb.verb in ("reply", "collect", "look_up_order", "offer"):
                yield place_of(playbook, step), f"an incident has no customer; `{step.verb.verb}` belongs to its cases"
            elif step.verb.verb == "label":
                yield place_of(playbook, step), "a label is put on a case; in an incident there is no case to put it on"


@check("house-alone")
def house_alone(bundle: Bundle) -> Iterator[Found]:
    """A playbook about our own records, which has no customer, does what takes one, or asks what nobody would keep."""
    for playbook in bundle.playbooks.values():
        for step in playbook.walk() if playbook.scope == "house" else ():
            verb = step.verb.verb
            if any(each.event for each in awaited(step)) or verb in OF_A_CUSTOMER:
                yield place_of(playbook, step), f"our own records have no customer; `{verb}` belongs to a case"
            elif settled_by(step):
                yield (
                    place_of(playbook, step),
                    f"`{verb}` settles facts of a case or incident; here is neither",
                )


@check("unproven-claim")
def unproven_claim(bundle: Bundle) -> Iterator[Found]:
    """A text claims what no step before it can prove, so that it would be refused in every run."""
    for playbook in bundle.playbooks.values():
        paths = _Proven(bundle, playbook)
        paths.follow(playbook.steps, frozenset())
        everything = frozenset(claim for step in playbook.steps.walk() for claim in step.verb.proves)
        for promise in playbook.promises.values():
            paths.follow(promise.on_breach, everything)
        yield from paths.found


@check("late-without-template", "warning")
def late_without_template(bundle: Bundle) -> Iterator[Found]:
    """A text may be due when only a template can be sent, and has none: a colleague will have to send it."""
    followed = _follow_ups(bundle)
    found: dict[Found, None] = {}  # what is carried out from several places is looked at from each
    for playbook in bundle.playbooks.values():
        if playbook.name in followed and not playbook.triggers:
            continue
        paths = _Late(bundle, playbook)
        paths.follow(playbook.steps, LONGEST if playbook.name in followed else timedelta(0))
        for promise in playbook.promises.values():
            paths.follow(promise.on_breach, promise.within)
        found.update(dict.fromkeys(paths.found))
    yield from found


@check("follow-up-without-template")
def follow_up_without_template(bundle: Bundle) -> Iterator[Found]:
    """A text of a playbook that only follow-ups start has no template, so that it can hardly ever be sent."""
    followed = _follow_ups(bundle)
    for playbook in bundle.playbooks.values():
        if playbook.name in followed and not playbook.triggers:
            for step in playbook.walk():
                for name, reply in _written(bundle, step):
                    if reply.template is None:
                        message = f'"{name}" has no template, and when a follow-up starts, free text is no longer taken'
                        yield place_of(playbook, step), message


@check("no-answer-day")
def no_answer_day(bundle: Bundle) -> Iterator[Found]:
    """A text names the day by which a promise is due that the playbook does not make."""
    for playbook in bundle.playbooks.values():
        for name, place in pointers(playbook) if ANSWERED not in playbook.promises else ():
            reply = bundle.replies.get(name) if isinstance(name, ReplyName) else None
            if reply is not None and _names_the_day(reply):
                yield (
                    place,
                    f'"{name}" has {{answer_by}}, the day of the promise `{ANSWERED}`, which stands nowhere here',
                )


@check("guarded-first-reply")
def guarded_first_reply(bundle: Bundle) -> Iterator[Found]:
    """The first text of a procedure says what a guard keeps out of first texts."""
    for playbook in bundle.playbooks.values():
        paths = _First(bundle, playbook)
        paths.follow(playbook.steps, False)
        yield from paths.found


class _Proven(Paths[frozenset[str]]):
    """Carries along what may have been proven on some way."""

    def __init__(self, bundle: Bundle, playbook: Playbook) -> None:
        self.bundle, self.playbook = bundle, playbook
        self.found: list[Found] = []
        self.beside = beside(bundle, playbook)

    def arrive(self, step: Step, state: frozenset[str]) -> None:
        state = state.union(*(other.verb.proves for other in self.beside.get(step.path, ())))
        for name, reply in _said(self.bundle, step):
            for claim in sorted(reply.claims - state):
                place = place_of(self.playbook, step)
                self.found.append((place, f'"{name}" claims {claim}, which no step before it proves: {CLAIMS[claim]}'))

    def passed(self, step: Step, how: How, state: frozenset[str]) -> frozenset[str]:
        return state | step.verb.proves if how == "done" else state

    def joined(self, states: Sequence[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*states)


class _Late(Paths[timedelta]):
    """Carries along how long ago the customer may have written last, also into playbooks that are carried out."""

    def __init__(self, bundle: Bundle, playbook: Playbook, around: frozenset[str] = frozenset()) -> None:
        self.bundle, self.playbook, self.around = bundle, playbook, around | {playbook.name}
        self.found: list[Found] = []

    def arrive(self, step: Step, state: timedelta) -> None:
        for name, reply in _written(self.bundle, step):
            if reply.template is None and state >= WINDOW:
                place = place_of(self.playbook, step)
                message = f'"{name}" has no template, and the customer may have written last 24 hours ago or more'
                self.found.append((place, message))

    def passed(self, step: Step, how: How, state: timedelta) -> timedelta:
        if how in ("skipped", "failed") or not step.verb.waits:
            return state
        ends = awaited(step)
        if how == "done" and ends and all(each.event == "customer_reply" for each in ends):
            return timedelta(0)
        for target in called(step, self.bundle) if how == "done" else ():
            return self._carried_out(target, state)
        times = [_longest(each.time) for each in ends if each.time is not None]
        return min(state + min([*times, step.timeout or LONGEST]), LONGEST)

    def _carried_out(self, target: Playbook, state: timedelta) -> timedelta:
        if target.name in self.around:
            return state
        inside = _Late(self.bundle, target, self.around)
        after = inside.follow(target.steps, state)
        self.found += inside.found
        return state if after is None else after

    def joined(self, states: Sequence[timedelta]) -> timedelta:
        return max(states)


class _First(Paths[bool]):
    """Carries along whether the customer may have been told something on some way."""

    def __init__(self, bundle: Bundle, playbook: Playbook) -> None:
        self.playbook, self.bundle = playbook, bundle
        self.found: list[Found] = []
        asked = {"first_reply": True, "had_first_reply": False}
        known = [(bundle.vocabulary.facts.get(name), value) for name, value in asked.items()]
        first = tuple(Is(fact, "is", value) for fact, value in known if fact is not None)
        self.guards = [
            name
            for name, guard in bundle.guards.guards.items()
            if first and guard.when is not None and never_holds(All((*first, Not(guard.when))))
        ]

    def arrive(self, step: Step, state: bool) -> None:
        for name, reply in _said(self.bundle, step) if not state else ():
            for guard_name in self.guards:
                for locale, text in reply.text.items():
                    if (phrase := self.bundle.guards.phrase_in(guard_name, text)) is not None:
                        message = f'"{phrase}" in "{name}" ({locale}) is refused in a first reply by {guard_name}'
                        self.found.append((place_of(self.playbook, step), message))

    def passed(self, step: Step, how: How, state: bool) -> bool:
        return state or (how != "skipped" and any(_named(step)))  # also if the text itself could not be read

    def joined(self, states: Sequence[bool]) -> bool:
        return any(states)


def _said(bundle: Bundle, step: Step) -> list[tuple[str, Reply]]:
    """The replies that a step names and that exist."""
    return [(name, bundle.replies[name]) for name in _named(step) if name in bundle.replies]


def _written(bundle: Bundle, step: Step) -> list[tuple[str, Reply]]:
    """Those that WhatsApp delivers to the customer; what is said in a group or in a Status needs no template."""
    return _said(bundle, step) if step.verb.in_private else []


def _named(step: Step) -> list[ReplyName]:
    """The replies that a step names."""
    return [value for value in vars(step.verb).values() if isinstance(value, ReplyName)]


def _longest(time: timedelta | Moment) -> timedelta:
    """How long it may take at the longest; how far away a moment is depends on the day."""
    return time if isinstance(time, timedelta) else timedelta(days=1) if not time.day else FURTHEST


def _names_the_day(reply: Reply) -> bool:
    unfilled = {match[1] for text in reply.text.values() for match in PLACEHOLDER.finditer(text) if match[2] is None}
    return "answer_by" in unfilled or (reply.template is not None and "answer_by" in reply.template.parameters)


def _follow_ups(bundle: Bundle) -> set[str]:
    """The playbooks that some follow-up starts."""
    return {
        str(name)
        for playbook in bundle.playbooks.values()
        for step in playbook.walk()
        for name in vars(step.verb).values()
        if isinstance(name, PlaybookName) and not step.verb.waits
    }
