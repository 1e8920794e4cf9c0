"""What makes a letter personal: the problem in one line, the photo, the order, and the choices that are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.channels.channel import Button
from flows.runs import choices as choices_made
from flows.runs import labels, looked_up
from flows.runs.work import Work
from rules import outgoing
from rules.replies import Reply


def values(work: Work, reply: Reply, locale: str, choices: Sequence[str] = ()) -> dict[str, str]:
    """What fills the placeholders of phrases and orders in this reply; what nobody knows is left out."""
    wanted, phrases = reply.placeholders(), work.bundle.phrases
    found: dict[str, str | None] = {}
    if wanted & {"problem", "photo"}:
        facts = work.facts(phrases.facts() & work.vocabulary.facts.keys())
        found |= {"problem": phrases.problem(facts, locale), "photo": phrases.photo(facts, locale)}
    if wanted & {"order", "article"} and work.case is not None:
        order = looked_up.order_about(work.desk.store.vault, work.case)
        minds = work.customer is not None and labels.is_sensitive(work.session, work.customer)
        if order is not None and _may_stand(order.number):
            found["order"] = phrases.order(order.number, locale)
        if order is not None and not minds and _may_stand(order.article):
            found["article"] = order.article
    if choices:
        found["choices"] = " / ".join(phrases.title(each, locale) for each in choices)
    return {name: value for name, value in found.items() if value}


def buttons(work: Work, locale: str, choices: Sequence[str]) -> dict[str, Any]:
    """The choices as a letter's body keeps them: `buttons`, and `list_title` for the case that they make a list."""
    phrases = work.bundle.phrases
    if not choices:
        return {}
    titles = [{"id": f"{choices_made.BUTTON}{each}", "title": phrases.title(each, locale)} for each in choices]
    return {"buttons": titles, "list_title": phrases.list_title(locale)}


def buttons_of(body: Mapping[str, Any]) -> tuple[Button, ...]:
    """The buttons that a letter's body keeps."""
    return tuple(Button(each["id"], each["title"]) for each in body.get("buttons", ()))


def _may_stand(text: str) -> bool:
    """Whether a text from somebody's file may stand in ours: nothing in it looks like papers, cards or accounts."""
    kinds = {finding.kind for finding in outgoing.review(text).findings}
    return bool(text) and not kinds & outgoing.PAPERS
