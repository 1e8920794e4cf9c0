"""How long what the tool keeps for its own work is kept: `playbooks/retention.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from rules.language import Duration, says
from rules.problems import Problems
from rules.reading import BAD, Reader
from rules.units import format_duration
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

SHORTEST = {
    # WhatsApp repeats a delivery for up to seven days, and what is forgotten too early is answered twice.
    "repeats": timedelta(days=7),
    "deliveries": timedelta(days=7),
    # How a wave of complaints grows is told from the day before.
    "complaints": timedelta(days=2),
}
"""What may not be kept shorter, because the tool would not work any more."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Keep:
    """How long is kept what nobody needs for a case, a review or a crisis that is running."""

    repeats: Duration = says("Which messages and statuses came in before", default=timedelta(days=30))
    deliveries: Duration = says("What WhatsApp reported about our messages", default=timedelta(days=30))
    rejected: Duration = says("What came in and could not be understood", default=timedelta(days=90))
    complaints: Duration = says("That somebody complained; the newest one always stays", default=timedelta(days=90))
    timers: Duration = says("The clocks of finished procedures", default=timedelta(days=90))
    task_details: Duration = says(
        "What was shown at a task of a finished procedure, and the remark of whoever answered it",
        default=timedelta(days=180),
    )
    steps: Duration = says("How each step of a finished procedure came out", default=timedelta(days=730))
    exports: Duration = says(
        "Files with a customer's data that we wrote at their wish; files that a colleague brought stay where they are",
        default=timedelta(days=30),
    )
    prefect_completed: Duration = says("Runs in Prefect's page that went well", default=timedelta(days=14))
    prefect_failed: Duration = says(
        "Runs in Prefect's page that failed, crashed or were cancelled", default=timedelta(days=60)
    )


@dataclass(frozen=True)
class Retention:
    """How long what the tool keeps is kept."""

    keep: Keep = says("How long what is kept; what is not written here has a time of its own", default=Keep())
    review_every: Duration = says(
        "How often the conversations are reviewed; a review that was missed is made up for",
        default=timedelta(days=90),
    )


def read_retention(source: Source, problems: Problems) -> Retention | None:
    """The times in `source`; None when there is any problem (all of them are noted)."""
    reader = Reader(source, Vocabulary({}), {}, problems)
    written = reader.model(Retention, source.data, ())
    if written is BAD:
        return None
    before = len(problems.errors())
    for each in fields(Keep):
        time, shortest = getattr(written.keep, each.name), SHORTEST.get(each.name, DAY)
        if time < shortest:
            reader.error(("keep", each.name), f"keep it for {format_duration(shortest)} at least", "retention")
    if written.review_every < DAY:
        reader.error(("review_every",), "at most one review a day", "retention")
    return written if len(problems.errors()) == before else None
