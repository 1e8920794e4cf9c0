"""Drafting the e-mail that confirms in writing what was agreed in a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from flows import local_time
from flows.runs import providers
from flows.runs.work import Work
from flows.store.tables import Message
from rules import order_numbers, personal_data

BLANK = "__________"
MOST_QUOTED = 8
LONGEST_QUOTE = 400  # characters


@dataclass(frozen=True)
class Draft:
    """A formal e-mail. `blanks` is how many particulars a person still has to fill in."""

    subject: str
    text: str
    locale: str
    blanks: int


class _Said(NamedTuple):
    at: datetime
    by_us: bool
    text: str


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "Confirmation of what we agreed · {case}",
        "dear": "Dear {name},",
        "dear_all": "Dear customer,",
        "opening": "We refer to our conversation on WhatsApp (reference {case}) and confirm what was agreed in it:",
        "you": "You, {at}: “{text}”",
        "we": "We, {at}: “{text}”",
        "particulars": "The particulars, as we understand them:",
        "order": "Order number",
        "goods": "Goods or service, and quantity",
        "price": "Price and currency",
        "payment": "Payment",
        "delivery": "Delivery, and by when",
        "closing": "If anything here is not as you understood it, please answer this e-mail within three working days. "
        "This e-mail, and not the chat, is the record of our agreement.",
        "regards": "Kind regards\n{business}",
    },
    "zh": {
        "subject": "约定事项书面确认 · {case}",
        "dear": "尊敬的 {name}：",
        "dear_all": "尊敬的客户：",
        "opening": "我们曾在 WhatsApp 上沟通（编号 {case}），现将双方谈妥的内容书面确认如下：",
        "you": "您，{at}：“{text}”",
        "we": "我们，{at}：“{text}”",
        "particulars": "具体事项，以我们的理解为：",
        "order": "订单号",
        "goods": "货品或服务及数量",
        "price": "价格与币种",
        "payment": "付款方式",
        "delivery": "交付方式与日期",
        "closing": "如有与您的理解不一致之处，请在三个工作日内回复本邮件。双方约定以本邮件为准，聊天记录仅作参考。",
        "regards": "此致\n{business}",
    },
}
_PARTICULARS = ("goods", "price", "payment", "delivery")


def draft(work: Work) -> Draft:
    """The e-mail about what was said in this case so far, in the customer's language if that is Chinese, else in
    English. Numbers of papers, cards, accounts and telephones are left out of what is quoted."""
    assert work.customer is not None, "only a case has a customer to agree with"
    language = "zh" if (work.customer.locale or "").startswith("zh") else "en"
    words = _WORDS[language]
    said = _said(work)
    vault = work.desk.store.vault
    name = str(vault.open_or_nothing(work.customer.sealed_profile).get("name") or "")
    region = personal_data.country_of(providers.number_of(work.session, vault, work.customer) or "")
    formal = name if name and work.facts({"privacy_sensitive"})["privacy_sensitive"] is not True else ""
    numbers = order_numbers.find(" ".join(each.text for each in said))
    known = {"case": work.run.case_id or "", "name": formal, "business": work.desk.business}
    quotes = [
        words["we" if each.by_us else "you"].format(
            at=local_time.minute(each.at, work.desk.timezone), text=_quoted(each.text, region, name, work)
        )
        for each in said
    ]
    order = ", ".join(numbers) or BLANK
    particulars = [f"- {words['order']}: {order}", *(f"- {words[each]}: {BLANK}" for each in _PARTICULARS)]
    parts = [
        words["dear" if formal else "dear_all"].format(**known),
        words["opening"].format(**known),
        "\n".join(quotes),
        words["particulars"] + "\n" + "\n".join(particulars),
        words["closing"],
        words["regards"].format(**known),
    ]
    blanks = len(_PARTICULARS) + (not numbers)
    return Draft(words["subject"].format(**known), "\n\n".join(parts), "zh-CN" if language == "zh" else "en", blanks)


def without_blanks(text: str) -> str:
    """A draft as a customer gets it: what nobody filled in is left out."""
    return "\n".join(line for line in text.splitlines() if BLANK not in line)


def address_in(remark: str) -> str | None:
    """The first e-mail address that a person wrote, if any."""
    spans = [span for span in personal_data.find(remark) if span.kind == "email"]
    return remark[spans[0].start : spans[0].end] if spans else None


def _said(work: Work) -> Sequence[_Said]:
    """The last things that were said in this case: the customer's own messages, colleagues' own words in the app, and
    no text that a playbook sent, since those agree to nothing."""
    mine = select(Message).where(Message.customer_id == work.run.subject_id, Message.place == "private")
    mine = mine.where(Message.kind == "text").order_by(Message.sent_at.desc(), Message.id).limit(3 * MOST_QUOTED)
    rows = list(reversed(work.session.scalars(mine).all()))
    about = [row for row in rows if _matters(row, work.run.case_id)][-MOST_QUOTED:]
    vault = work.desk.store.vault
    opened: list[Mapping[str, Any]] = [vault.open_or_nothing(row.sealed_content) for row in about]
    return [
        _Said(row.sent_at, row.author == "us", " ".join(str(content.get("text") or "").split()))
        for row, content in zip(about, opened, strict=True)
        if content.get("text")
    ]


def _matters(row: Message, case_id: str | None) -> bool:
    facts = row.facts or {}
    return row.author == "us" or row.case_id == case_id or facts.get("speaks_of_terms") is True


def _quoted(text: str, region: str | None, name: str, work: Work) -> str:
    spans = personal_data.find(text, region, [name] if name else [])
    plain = personal_data.mask(text, spans, (work.customer.locale if work.customer else None) or "en")
    return plain if len(plain) <= LONGEST_QUOTE else plain[:LONGEST_QUOTE] + " […]"
