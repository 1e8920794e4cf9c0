"""`firebreak rehearse surge`: a crowd of thousands on this machine, and what it takes to answer everybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import Json

if TYPE_CHECKING:
    from flows.surge.report import Report


def rehearse_surge(
    customers: Annotated[int, typer.Option("--customers", metavar="N", min=1, help="How many write.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another crowd; the same seed, the same crowd.")] = 1,
    rate: Annotated[
        float, typer.Option("--rate", metavar="N", min=0.1, help="New customers per second, once it has grown.")
    ] = 100.0,
    per_second: Annotated[
        int,
        typer.Option(
            "--per-second", metavar="N", min=1, max=1000, help="What WhatsApp lets the number send: 80; 20 Coexistence."
        ),
    ] = 80,
    kill_at: Annotated[
        str | None,
        typer.Option("--kill-at", metavar="PERCENT", help="Kill Firebreak when so many are answered, as in 50%."),
    ] = None,
    with_prefect: Annotated[bool, typer.Option("--with-prefect", help="With Prefect's server, as in `up`.")] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FOLDER", help="Keep everything in this folder, to look at.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play a crowd that complains all at once, and count who was answered.

    Everything is real but the people: signed webhooks, the store, rules, waves, and a practice WhatsApp with the limits
    of the real one. It runs in a folder, on ports and in processes of its own; your store and settings are not touched.
    The exit code is 1 when anybody was not answered, or had two first replies.

    \b
    Examples:
      firebreak rehearse surge
      firebreak rehearse surge --customers 10000 --kill-at 50%
      firebreak rehearse surge --per-second 20 --json
    """
    import json
    import tempfile

    from flows.cli.paper import tell
    from flows.surge.play import Surge, play

    surge = Surge(customers, seed, rate, per_second, _part(kill_at), with_prefect)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        told = play(surge, _empty(keep), tell)
    else:
        with tempfile.TemporaryDirectory(prefix="firebreak-surge-") as folder:
            told = play(surge, Path(folder), tell)
    if as_json:
        print(json.dumps(told.as_data(), ensure_ascii=False, indent=2))
    else:
        _show(told)
    if not told.passed:
        raise typer.Exit(1)


def _part(text: str | None) -> float | None:
    """`50%`, `50` and `0.5` are the same."""
    from flows.errors import FirebreakError

    if text is None:
        return None
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        number = -1.0
    part = number / 100 if text.strip().endswith("%") or number >= 1 else number
    if not 0 < part < 1:
        raise FirebreakError(f'--kill-at: "{text}" is not a part of the customers, such as 50%')
    return part


def _empty(folder: Path) -> Path:
    from flows.errors import FirebreakError

    if any(folder.iterdir()):
        raise FirebreakError(f"--keep: {folder} is not empty; name a new folder.")
    return folder.resolve()


def _show(told: Report) -> None:
    lines: list[tuple[str, Any]] = [
        ("Customers", f"{told.customers:,} wrote {told.messages:,} messages, {told.redelivered:,} delivered twice"),
        ("Answered", f"{told.answered:,} once, {told.duplicates:,} twice or more, {told.lost:,} not at all"),
        ("Answered anew", f"{told.answered_anew:,} who turned out to be worse off"),
        ("By people", f"{told.read_by_people:,} messages that the rules could not read for sure"),
        ("Everyone after", f"{told.seconds:,.1f} s"),
        ("First replies", f"{told.rate:.1f} per second, {told.ratio:.0%} of the {told.channel_per_second} allowed"),
        ("Wait", f"p50 {_seconds(told.p50)}, p99 {_seconds(told.p99)}, longest {_seconds(told.longest)}"),
    ]
    lines += [
        (f"  {level}", f"{it['customers']:,}: p50 {_seconds(it['p50'])}, p99 {_seconds(it['p99'])}")
        for level, it in told.by_level.items()
    ]
    lines.append(("Languages", ", ".join(f"{name} {count:,}" for name, count in told.by_language.items())))
    lines.append(("Among them", f"{told.in_groups:,} in groups, {told.photos:,} photos"))
    lines += [("Said", f"{name} ×{count:,}") for name, count in told.replies.items()]
    lines += [("Refused", f"{it['times']:,} × {it['code']}: {it['why']}") for it in told.refused]
    lines += [("Told", f"{role} ×{count:,}") for role, count in told.told_team.items()]
    lines += [("Killed", f"after {at} s, and started again") for at in told.killed_at]
    if told.memory_mb is not None:
        lines.append(("Memory", f"{told.memory_mb:,.0f} MB at the most"))
    if told.processor_seconds is not None:
        each = 1000 * told.processor_seconds / told.customers
        lines.append(("Processor", f"{told.processor_seconds:,.0f} s, {each:.1f} ms for each customer"))
    for name, value in lines:
        print(f"{name:<16}{value}")
    for digest in told.digests:
        print(f"\nWar room, after {digest['at']:.0f} s: {digest['title']}\n{digest['text']}")


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} s"
