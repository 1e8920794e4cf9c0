"""`firebreak freeze`: what holds everything back that is not about a crisis, and lifting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.context import By, Json, load_settings, open_desk, open_store, who
from flows.cli.paper import ink, many, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from flows.store.tables import Incident
    from flows.store.vault import Vault

Wanted = Annotated[
    str | None, typer.Argument(metavar="[I-…]", help="Whose freeze; may be left out where there is only one.")
]


def show(context: typer.Context, as_json: Json = False) -> None:
    """Show whether anything holds back what is not about a crisis, since when, and where somebody has lifted that.

    Every incident freezes from the moment it opens until it is closed, or until somebody lifts its freeze.

    \b
    Examples:
      firebreak freeze
      firebreak freeze lift I-9ZK3MQ2XW1 --reason "Only one region is hit" --by mei
      firebreak freeze again I-9ZK3MQ2XW1
    """
    if context.invoked_subcommand is None:
        show_too(as_json)


def show_too(as_json: Json = False) -> None:
    """The same as `firebreak freeze` alone.

    \b
    Example:
      firebreak freeze show --json
    """
    from flows.cli.timeline import day_and_minute
    from flows.crisis import freeze

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        frozen = [_to_json(store.vault, each) for each in freeze.frozen_by(session)]
        lifted = [_to_json(store.vault, each) for each in freeze.lifted(session)]
        since = {each.id: day_and_minute(each.opened_at, settings.timezone) for each in freeze.frozen_by(session)}
    if as_json:
        say_json({"freeze": bool(frozen), "frozen_by": frozen, "lifted": lifted})
        return
    if frozen:
        freezes = "freezes" if len(frozen) == 1 else "freeze"
        say(f"What is not about the crisis stays here: {many(len(frozen), 'incident')} {freezes} it.")
    else:
        say("Nothing is frozen.")
    for each in frozen:
        say(f"{ink(str(each['id']), 'bold')}  {each['topic'] or each['kind']}, since {since[str(each['id'])]}")
    for each in lifted:
        about = each["topic"] or each["kind"]
        say(f"{ink(str(each['id']), 'bold')}  {about}, lifted by {each['lifted_by']}: {each['reason']}")


def lift(
    wanted: Wanted = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, in a sentence. It is kept sealed.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let what is not about the crisis leave again, although it goes on.

    The crisis team is told who has done so. An incident that opens later freezes anew.

    \b
    Example:
      firebreak freeze lift I-9ZK3MQ2XW1 --reason "Only one region is hit, the others wait for their parcels" --by mei
    """
    from flows.crisis import freeze

    name = who(by)
    with open_desk() as desk, desk.store.begin() as session:
        incident = _which(session, wanted, freeze.frozen_by(session), "is frozen by")
        freeze.lift(desk, session, incident, name, reason or "")
        left = [each.id for each in freeze.frozen_by(session) if each.id != incident.id]
        said = {**_to_json(desk.store.vault, incident), "freeze": bool(left), "frozen_by": left}
    if as_json:
        say_json(said)
        return
    say(f"The freeze of {said['id']} is lifted; firebreak freeze again {said['id']} puts it in force")
    if left:
        say(f"Still frozen by {', '.join(left)}.")


def again(wanted: Wanted = None, by: By = None, as_json: Json = False) -> None:
    """Put a freeze that was lifted in force again.

    \b
    Example:
      firebreak freeze again I-9ZK3MQ2XW1 --by mei
    """
    from flows.crisis import freeze

    name = who(by)
    with open_desk() as desk, desk.store.begin() as session:
        incident = _which(session, wanted, freeze.lifted(session), "was lifted for")
        freeze.again(desk, session, incident, name)
        said = {**_to_json(desk.store.vault, incident), "freeze": True}
    if as_json:
        say_json(said)
        return
    say(f"{said['id']} freezes what is not about it again")


def _which(session: Session, wanted: str | None, such: Sequence[Incident], what: str) -> Incident:
    """The incident that is meant; without a word of it, the only one that is such."""
    from flows.errors import FirebreakError, NotFound
    from flows.store.tables import Incident
    from flows.telling.finding import by_id

    if wanted is not None:
        found = by_id(session, Incident, wanted)
        if found is None:
            raise NotFound(f'there is no incident "{wanted}"; `firebreak incident list --all` lists them')
        return found
    if len(such) == 1:
        return such[0]
    if not such:
        raise FirebreakError(f"nothing {what} any incident; `firebreak freeze` shows what there is")
    raise FirebreakError(f"name one of them: {', '.join(each.id for each in such)}")


def _to_json(vault: Vault, incident: Incident) -> dict[str, Any]:
    """An incident and its freeze for a machine."""
    lifted_at = incident.freeze_lifted_at
    return {
        "id": incident.id,
        "kind": incident.kind,
        "topic": incident.topic,
        "opened_at": incident.opened_at.isoformat(),
        "lifted_at": lifted_at.isoformat() if lifted_at is not None else None,
        "lifted_by": incident.freeze_lifted_by,
        "reason": vault.open_or_nothing(incident.sealed_lift_reason).get("reason"),
    }
