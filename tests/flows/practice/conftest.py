"""A practice network on a clock that stands still, and the real client in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from flows.channels.cloud_api import CloudApi
from flows.clock import MovedClock
from flows.practice.server import VERSION, PracticeServer
from flows.practice.templates import PracticeTemplate

TEMPLATES = (
    PracticeTemplate("order_update", "en", "UTILITY", "Your order {{1}} is {{2}}."),
    PracticeTemplate("voucher", "zh_CN", "MARKETING", "送您一张优惠券。"),
    PracticeTemplate("resting", "en", "UTILITY", "Hello.", "PAUSED"),
    PracticeTemplate("gone", "en", "UTILITY", "Hello.", "DISABLED"),
)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def practice(clock: MovedClock) -> Iterator[PracticeServer]:
    """Nobody may be written to freely before they wrote, as with Meta."""
    with PracticeServer(clock=clock, templates=TEMPLATES, strangers_may_be_written_to=False) as server:
        yield server


@pytest.fixture
def api(practice: PracticeServer) -> Iterator[CloudApi]:
    with CloudApi(practice.url, VERSION, practice.business.phone_number_id, practice.token) as client:
        yield client
