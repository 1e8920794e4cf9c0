"""Reasons in reply texts: a colleague chooses one, and the customer has to get it in words."""

from __future__ import annotations

from collections.abc import Iterator

from rules.bundle import Bundle
from rules.checks.check import Found, check
from rules.problems import Place, did_you_mean
from rules.replies import Reply


@check("wordless-reason")
def wordless_reason(bundle: Bundle) -> Iterator[Found]:
    """A text is to give a reason and has no words for it, so that it could not be sent."""
    for reply in bundle.replies.values():
        if reply.reason is None:
            if "reason" in reply.placeholders():
                yield _place(reply, "text"), "nothing fills {reason}; add `reason` with the words for each"
            continue
        if "reason" not in reply.placeholders():
            yield _place(reply, "reason"), "the text has no {reason}, so nobody would read these"
        fact = bundle.vocabulary.facts.get(reply.reason.fact)
        if fact is None or not fact.values:
            hint = did_you_mean(
                reply.reason.fact, [name for name, each in bundle.vocabulary.facts.items() if each.values]
            )
            yield _place(reply, "reason", "fact"), f'there is no fact "{reply.reason.fact}" to choose from{hint}'
            continue
        for value in reply.reason.words:
            if value not in fact.values:
                hint = did_you_mean(value, fact.values)
                yield _place(reply, "reason", "words", value), f'{fact.name} is never "{value}"{hint}'
            for locale in reply.text:
                if not (reply.reason_for(value, locale) or "").strip():
                    yield _place(reply, "reason", "words", value), f"there are no words for it in `{locale}`"


def _place(reply: Reply, *keys: str) -> Place:
    assert reply.source is not None, "a reply of a bundle was read from a file"
    return reply.source.place(keys)
