"""`firebreak retriage`: a person says how severe a case is, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, load_settings, open_desk, who
from flows.cli.paper import say, say_json, wrap

if TYPE_CHECKING:
    from flows.settings import Settings
    from flows.store.tables import Case


def retriage(
    wanted: Annotated[str, typer.Argument(metavar="CASE", help="The case, or the beginning of its id.")],
    severity: Annotated[
        str | None, typer.Option("--severity", metavar="S", help="general, important or urgent.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept sealed, for whoever asks later.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say how severe a case is; your word wins over the rules.

    The procedure for that severity takes the case over. What the customer writes can still make it more severe, but
    only by a sign that was not seen before: the same words again change nothing. Without --severity it shows what was
    said about this case, by whom and why.

    \b
    Examples:
      firebreak retriage C-7K3MQ9XW2A --severity urgent --reason "she is in hospital, her sister called"
      firebreak retriage C-7K3MQ9XW2A --severity general --reason "fire is the name of the lamp" --by shift_lead
      firebreak retriage C-7K3MQ9XW2A
      firebreak overrule C-7K3MQ9XW2A --severity important --reason "the same in other words"
    """
    from flows.cli.whose import case_of
    from flows.errors import FirebreakError
    from flows.runs import retriage as changing

    if severity is None and reason is not None:
        raise FirebreakError("say how severe it is with --severity: general, important or urgent")
    if severity is not None and reason is None:
        raise FirebreakError("say why with --reason: your word wins over the rules, and others must understand it")
    settings = load_settings()
    with open_desk(settings) as desk, desk.store.begin() as session:
        case = case_of(session, wanted)
        before = case.facts.get("severity")
        if severity is not None and reason is not None:
            case = changing.by_hand(desk, session, case.id, severity.strip().lower(), reason, who(by))
        said = changing.reasons(desk.store.vault, case)
        shown = _to_json(case, said)
    if as_json:
        say_json({**shown, "before": before})
    elif severity is not None:
        say(f"{case.id} is {case.facts['severity']} now, and was {before}; its procedure is {case.playbook}")
        say(f"firebreak case {case.id} shows how it goes on")
    else:
        _show(case, said, settings)


def _show(case: Case, said: list[dict[str, str]], settings: Settings) -> None:
    from datetime import datetime

    from flows.cli.timeline import day_and_minute

    say(f"{case.id} is {case.facts.get('severity', 'unknown')}; its procedure is {case.playbook}")
    if not said:
        say("Nobody has said anything else than the rules.")
    for each in said:
        at = day_and_minute(datetime.fromisoformat(each["at"]), settings.timezone)
        say(f"\n{at}  {each['by']}: {each['to']}, not {each['from']}")
        for line in wrap(each["reason"], 76):
            say(f"  {line}")


def _to_json(case: Case, said: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "id": case.id,
        "case": case.id,
        "severity": case.facts.get("severity"),
        "playbook": case.playbook,
        "set_by": (case.overruled or {}).get("by"),
        "set_at": (case.overruled or {}).get("at"),
        "said": said,
    }
