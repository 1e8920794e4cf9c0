"""Our own follow-ups and templates obey the freeze, too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.crisis import freeze
from flows.rehearsal.scenario import Event, Says
from flows.rehearsal.stage import Stage
from flows.runs import opening
from flows.shelf import Shelf
from flows.store.tables import Case, FollowUp, Incident, Outbox, Step
from flows.verbs import all_verbs
from tests.flows.runs.trials import ASKS, bundle

LATER = "steps:\n  - reply: complaint/check-in\n"
QUIET = "steps:\n  - wait_for: 90 days\n"  # an incident in which nobody is told anything every five minutes
PLANS = "steps:\n  - follow_up: {after: 2 days, playbook: later}\n  - close: done\n"


@pytest.fixture(scope="module")
def content() -> Shelf:
    return Shelf(bundle(PLANS, later=LATER, crisis_quiet=QUIET), all_verbs())


@pytest.fixture
def stage(content: Shelf) -> Iterator[Stage]:
    found = Stage(content)
    yield found
    found.close()


def _open(stage: Stage) -> str:
    with stage.store.begin() as session:
        return opening.open_incident(
            stage.desk,
            session,
            kind="product",
            severity="urgent",
            what="Chargers burn",
            opened_by="mei",
            playbook="crisis-quiet",
            inputs={},
        ).id


def _follow_up(stage: Stage) -> str:
    with stage.store.read() as session:
        return session.scalars(select(FollowUp.status)).one()


def _said(stage: Stage) -> list[str | None]:
    with stage.store.read() as session:
        return list(session.scalars(select(Outbox.reply).where(Outbox.to == "customer")))


def test_a_check_in_of_another_matter_waits_until_the_freeze_is_lifted(stage: Stage) -> None:
    """In the middle of a crisis a customer would be asked, cheerfully, whether everything is fine."""
    stage.happen(Event(customer_says=Says(ASKS)))
    incident = _open(stage)
    stage.pass_time(timedelta(days=4))
    assert _said(stage) == []
    assert _follow_up(stage) == "waiting"
    with stage.store.begin() as session:
        freeze.lift(stage.desk, session, session.get_one(Incident, incident), "mei", "over for the others")
    stage.pass_time(timedelta(days=1))
    assert _said(stage) == ["complaint/check-in"]


def test_a_check_in_of_the_crisis_itself_does_not_wait(stage: Stage) -> None:
    """Those who were hit would be the only ones whom nobody asks how they are."""
    stage.happen(Event(customer_says=Says(ASKS)))
    incident = _open(stage)
    with stage.store.begin() as session:
        session.scalars(select(Case)).one().incident_id = incident
    stage.pass_time(timedelta(days=4))
    assert _said(stage) == ["complaint/check-in"]


def test_who_has_asked_us_to_write_no_more_is_not_followed_up(stage: Stage) -> None:
    """A customer's STOP would count for a newsletter only, and the next question would come all the same."""
    stage.happen(Event(customer_says=Says(ASKS)))
    stage.happen(Event(customer_says=Says("STOP")))
    stage.pass_time(timedelta(days=4))
    assert "complaint/check-in" not in _said(stage)


@pytest.mark.parametrize("burns", [True, False])
def test_a_marketing_template_does_not_leave_while_it_burns(burns: bool) -> None:
    """An apology with a coupon is marketing to WhatsApp: it would be sent in the middle of somebody else's crisis."""
    sells = """\
reply: shop/sale
version: 1.0.0
text: {en: "Hello, we have something new for you", zh-CN: "您好，店里有新东西"}
template: {name: shop_sale, category: marketing}
"""
    trial = (
        "steps:\n  - wait_for: 2 days\n  - reply: shop/sale\n    on_failure: [{close: kept_back}]\n  - close: done\n"
    )
    made = bundle(trial, crisis_quiet=QUIET)
    files = {**made.files, "playbooks/replies/shop/sale.yaml": sells}
    stage = Stage(Shelf(type(made).parse(files, all_verbs()), all_verbs()))
    try:
        stage.happen(Event(customer_says=Says(ASKS)))
        if burns:
            _open(stage)
        stage.pass_time(timedelta(days=3))
        assert _said(stage) == ([] if burns else ["shop/sale"])
        with stage.store.read() as session:
            failed = session.scalars(select(Step.outcome).where(Step.status == "failed")).all()
            assert [each["objections"] for each in failed] == ([["no-marketing-in-a-crisis"]] if burns else [])
    finally:
        stage.close()
