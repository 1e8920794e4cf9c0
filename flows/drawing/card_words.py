"""Words on the card, in its language: roles, times, conditions and what we say to customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flows.drawing.wording import Wording
from rules.bundle import Bundle
from rules.conditions import All, Any_, Condition, Is, Not
from rules.replies import PLACEHOLDER
from rules.units import format_duration
from rules.vocabulary import UNKNOWN


@dataclass
class CardWords:
    """The words of a bundle, said in one language."""

    bundle: Bundle
    say: Wording

    def time(self, duration: timedelta) -> str:
        """A length of time."""
        return format_duration(duration, self.say.language)

    def role(self, role: str) -> str:
        """A role as people call it."""
        return self.say(role.replace("_", " "))

    def filled(self, text: str, *, time: timedelta | None = None, who: str = "") -> str:
        """A sentence with a time and a role in their places."""
        said = self.say(text).replace("{who}", who)
        return said if time is None else said.replace("{time}", self.time(time))

    def condition(self, condition: Condition) -> str:
        """A condition in the words of the triage rule that has it, or of the facts that it speaks about."""
        for rule in self.bundle.triage.rules:
            if rule.when == condition and isinstance(condition, Is) and condition.value is True:
                return self.say(rule.title)
        if isinstance(condition, Not):
            return f"{self.say('not')} ({self.condition(condition.part)})"
        if isinstance(condition, All | Any_):
            joint = self.say("and" if isinstance(condition, All) else "or")
            return f" {joint} ".join(self._part(part) for part in condition.parts)
        assert isinstance(condition, Is), "there are no other conditions"
        return self._comparison(condition)

    def _part(self, condition: Condition) -> str:
        told = self.condition(condition)
        return f"({told})" if isinstance(condition, All | Any_) else told

    def _comparison(self, condition: Is) -> str:
        fact = condition.fact
        meaning = self.say(fact.meaning)
        if fact.kind == "yes_no" and condition.value is True:
            return meaning
        if fact.kind == "yes_no" and condition.value is False:
            return f"{self.say('not')} ({meaning})"
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        told = [self.say(fact.values.get(str(value), "")) or self._value(value) for value in values]
        op = "" if condition.op in ("is", "one_of") else f"{self.say(condition.op.replace('_', ' '))} "
        either = f" {self.say('or')} ".join(told)
        return f"{meaning}{self.say.colon}{op}{either}"

    def _value(self, value: object) -> str:
        if isinstance(value, timedelta):
            return self.time(value)
        return self.say("not known") if value == UNKNOWN else str(value)

    def text(self, name: str) -> str:
        """A reply text as a customer without a name would read it."""
        reply = self.bundle.replies.get(name)
        if reply is None:
            return name
        text = reply.text[reply.locale_for(self.say.language)]
        return " ".join(PLACEHOLDER.sub(lambda match: match[2] or "…", text).split())
