"""Which languages the customers of an incident read, and who of them would get our words in another one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from flows.crisis.wording import locale_of
from flows.store.tables import Case, Customer


def languages_read(session: Session, incident_id: str) -> dict[str, int]:
    """How many customers of the incident read which language best, the most first; whoever has not shown it yet is not
    counted."""
    many = func.count(distinct(Customer.id))
    theirs = select(Customer.locale, many).join(Case, Case.customer_id == Customer.id)
    theirs = theirs.where(Case.incident_id == incident_id, Customer.locale.is_not(None)).group_by(Customer.locale)
    return {str(locale): count for locale, count in session.execute(theirs.order_by(many.desc(), Customer.locale))}


def without_words(texts: Mapping[str, str], read: Mapping[str, int]) -> dict[str, int]:
    """Of those languages the ones whose readers get the words in a language that they may not read."""
    if not texts:
        return dict(read)
    return {each: many for each, many in read.items() if _language(locale_of(texts, each)) != _language(each)}


def counted(read: Mapping[str, int]) -> str:
    """The languages as a person reads them: `zh-CN 14, en 3`."""
    return ", ".join(f"{locale} {many}" for locale, many in read.items())


def hint(texts: Mapping[str, str], read: Mapping[str, int]) -> str:
    """What to tell about customers who get other words than those in their language; nothing where all can read it."""
    left = without_words(texts, read)
    if not left or not texts:
        return ""
    instead: dict[str, list[str]] = {}
    for each in left:
        instead.setdefault(locale_of(texts, each), []).append(each)
    gets = "; ".join(f"{' and '.join(those)} would get the words in {locale}" for locale, those in instead.items())
    return f"customers of this incident read {counted(read)}: {gets}"


def _language(locale: str) -> str:
    return locale.partition("-")[0]
