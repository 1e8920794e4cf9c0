"""Making letters: from a reply to an outbox row, in the form that WhatsApp allows now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows import local_time
from flows.channels.channel import Letter, Template
from flows.crisis import official, wording
from flows.ids import new_id
from flows.runs.outcome import Failed, Outcome, Waiting
from flows.runs.providers import number_of, window_is_open
from flows.runs.work import Work
from flows.sending import by_hand, personal
from flows.store.tables import Outbox, OutboxForm
from rules import outgoing
from rules.language import ON_CALL
from rules.personal_data import country_of
from rules.replies import Reply
from rules.vocabulary import value_to_json

PERSONAL_DATA = "personal-data"
"""The objection to a text that holds what only its customer should."""

MARKETING_IN_A_CRISIS = "no-marketing-in-a-crisis"
"""The objection to a template of the category marketing while a freeze is in force; also the guard of that name."""


def objections(work: Work, reply: Reply, choices: Sequence[str] = ()) -> list[str]:
    """The guards that refuse the reply as it would be sent now; `personal-data` if what fills its placeholders brings
    in papers, cards, accounts, an address or a telephone number."""
    guards = work.bundle.guards
    locale = reply.locale_for(work.customer.locale if work.customer else None)
    found = list(guards.objections(reply.text[locale], work.facts(guards.facts())))
    if wording.outside(work.session, work.bundle, work.incident, reply.text[locale]):
        found.append(wording.OUTSIDE)
    try:
        values = _values(work, reply, locale, choices)
        filled = reply.fill(locale, values)
    except KeyError:  # told when the letter is prepared
        return found
    if MARKETING_IN_A_CRISIS not in found and _sells_in_a_crisis(work, reply):
        found.append(MARKETING_IN_A_CRISIS)
    if outgoing.review(filled, ours=f"{reply.text[locale]} {values.get('order', '')}").refused:
        found.append(PERSONAL_DATA)
    return found


def prepare(work: Work, reply: Reply, choices: Sequence[str] = ()) -> Outcome:
    """Put the reply into the outbox: as text inside the 24-hour window, as its template outside it; where neither
    is possible a colleague gets the text as a task. `choices` become buttons where the text itself is sent."""
    assert work.customer is not None, "only a case has a customer to reply to"
    locale = reply.locale_for(work.customer.locale)
    try:
        values = _values(work, reply, locale, choices)
        text = reply.fill(locale, values)
        parameters = reply.parameters({**reply.fallbacks(locale), **values})
    except KeyError as missing:
        return Failed("nothing fills a placeholder", {"reply": reply.name, "placeholder": str(missing.args[0])})
    body: dict[str, Any] = {"text": text, **personal.buttons(work, locale, choices)}
    form: OutboxForm = "text"
    if reply.template is not None:
        body["template"] = {"name": reply.template.name, "language": _meta_locale(locale), "parameters": parameters}
    if not window_is_open(work.customer, work.now):
        form = "template" if reply.template is not None else "by_hand"
    row = Outbox(
        id=new_id("O"),
        key=f"{work.run.id}/{work.record.path}/{work.record.attempt}",
        subject_id=work.run.subject_id,
        customer_id=work.customer.id,
        case_id=work.run.case_id,
        incident_id=work.run.incident_id,
        run_id=work.run.id,
        path=work.record.path,
        to="customer",
        reply=reply.name,
        reply_version=reply.version,
        locale=locale,
        form=form,
        claims=sorted(reply.claims),
        statement_id=official.built_from(work, reply),
        status="ready" if form != "by_hand" else "handed_over",
        created_at=work.now,
        sealed_body=work.desk.store.vault.seal(work.customer.id, body),
    )
    work.session.add(row)
    if form == "by_hand":
        why = "the 24-hour window is closed and there is no template"
        return hand_over(work, row, {"text": by_hand.words(body)}, why)
    return Waiting({"outbox": row.id}, {"reply": reply.name, "version": reply.version, "locale": locale, "form": form})


def hand_over(work: Work, row: Outbox, details: Mapping[str, Any], why: str) -> Waiting:
    """Give the text of an outbox row to a colleague who can send it by hand; the step goes on when they have, or when a
    delivery status shows that it has arrived after all."""
    whither = (
        "write this one line into the group, and nothing else"
        if row.to == "group"
        else "send this reply to the customer"
    )
    task = work.ask("do", ON_CALL, f"Please {whither} by hand ({why}), then mark it done.", details=details)
    work.tell(ON_CALL, f"A reply has to be sent by hand: {why}", task=task)
    kept = {key: on for key, on in (work.record.waiting_for or {}).items() if key in ("event", "late_at")}
    return Waiting({**kept, "task": task.id, "outbox": row.id}, {"reply": row.reply or "", "by_hand": why})


def letter_of(row: Outbox, body: Mapping[str, Any], address: str) -> Letter:
    """The letter that an outbox row stands for."""
    template = (
        Template(body["template"]["name"], body["template"]["language"], tuple(body["template"]["parameters"]))
        if row.form == "template"
        else None
    )
    if template is not None:
        return Letter(key=row.key, to=address, kind="template", text=body["text"], template=template)
    offered = {"buttons": personal.buttons_of(body), "list_title": body.get("list_title", "")}
    return Letter(key=row.key, to=address, kind="text", text=body["text"], **offered)


def _values(work: Work, reply: Reply, locale: str, choices: Sequence[str] = ()) -> dict[str, str]:
    """What fills the placeholders of a reply. Values the run does not have are left out."""
    values = {"business": work.desk.business}
    if work.run.case_id:
        values["case"] = work.run.case_id
    profile = work.customer.sealed_profile if work.customer else None
    name = " ".join(str(work.desk.store.vault.open_or_nothing(profile).get("name") or "").split())
    if name and "name" in reply.placeholders() and not _tells_too_much(work, name):
        values["name"] = name
    promise = work.progress.promises.get("answered")
    if promise is not None:
        values["answer_by"] = local_time.day(promise.due_at, work.desk.timezone, locale)
    values.update(personal.values(work, reply, locale, choices))
    values.update((name, str(count)) for name, count in work.counted().items())
    values.update(official.values(work, reply, locale))
    values.update(work.words)
    if reply.reason is not None:  # the reply's words for what a colleague has chosen
        fact = str(reply.reason.fact)
        if words := reply.reason_for(value_to_json(work.facts({fact})[fact]), locale):
            values["reason"] = words
    return values


def _sells_in_a_crisis(work: Work, reply: Reply) -> bool:
    """Whether it would leave as a marketing template while everything is frozen that is not about a crisis."""
    known = "freeze" in work.vocabulary.facts  # older content does not
    if not known or work.customer is None or reply.template is None or reply.template.category != "marketing":
        return False
    return not window_is_open(work.customer, work.now) and work.facts({"freeze"})["freeze"] is not False


def _tells_too_much(work: Work, name: str) -> bool:
    """Whether a text should do without the name: it holds no letter or a number, as some names at WhatsApp do, or the
    customer minds what is written about them."""
    if not any(character.isalpha() for character in name):
        return True  # such as a single dot, or a heart
    if any(character.isdigit() for character in name) and outgoing.review(name, _region(work)).refused:
        return True
    known = "privacy_sensitive" in work.vocabulary.facts  # older content may not
    return known and work.facts({"privacy_sensitive"})["privacy_sensitive"] is True


def _region(work: Work) -> str | None:
    """The customer's country, as far as their number tells."""
    if work.customer is None:
        return None
    number = number_of(work.session, work.desk.store.vault, work.customer)
    return country_of(number) if number is not None else None


def _meta_locale(locale: str) -> str:
    return locale.replace("-", "_")
