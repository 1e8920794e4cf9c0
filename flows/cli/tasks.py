"""`firebreak tasks`, `task` and `answer`: what people are asked to do or decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.cli import call_screen, preview, task_items
from flows.cli.context import By, Json, load_settings, open_store, who
from flows.cli.paper import cut, fill, ink, say, say_json, tell, width, wrap

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flows.store.tables import Task, TaskItem

_BELOW = (
    "text",
    "link",
    "preview",
    "why",
    "examples",
    "about",
    "counts",
    "sheet",
)  # what is shown below the other details, in a form of its own
_WHAT = {"ask": "answer", "approve": "yes or no", "do": "do"}


def list_tasks(
    role: Annotated[str | None, typer.Option(metavar="R", help="Only those of this role.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that are answered, expired or withdrawn.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what people are asked to do or decide.

    What belongs to the most severe case comes first, then what is due first, each with the command that answers it.

    \b
    Examples:
      firebreak tasks
      firebreak tasks --role on_call
      firebreak tasks --all --json
    """
    from sqlalchemy import func, select

    from flows.runs import listing
    from flows.store.tables import Case, Incident, Task

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        severity = func.coalesce(Case.severity, Incident.severity, 0)
        # What has no time limit is something to take over, and somebody is reminded of it all the time.
        due = func.coalesce(Task.due_at, Task.created_at)
        wanted = (
            select(Task)
            .outerjoin(Case, Case.id == Task.case_id)
            .outerjoin(Incident, Incident.id == Task.incident_id)
            .order_by(severity.desc(), due, Task.created_at, Task.path, Task.id)
        )
        if role is not None:
            wanted = wanted.where(Task.role == role)
        if not everything:
            wanted = wanted.where(Task.status == "open")
        found = session.scalars(wanted).all()
        lists = listing.lists_of(session, [task.id for task in found])
        now = store.clock.now()
    if as_json:
        say_json([_to_json(task, lists.get(task.id, ())) for task in found])
        return
    if not found:
        say(f"There is no{'' if everything else ' open'} task{f' for {role}' if role else ''}.")
        _hint_at_role(role)
    for number, task in enumerate(found):
        if number:
            say()
        for line in _in_list(task, lists.get(task.id, ()), now, settings.timezone):
            say(line)


def _hint_at_role(role: str | None) -> None:
    if role is None:
        return
    from flows.assembly import role_names
    from rules.problems import did_you_mean

    names = role_names()
    if names and role not in names:
        tell(f'firebreak: there is no role "{role}"{did_you_mean(role, names)}')


def _in_list(task: Task, items: Sequence[TaskItem], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    about = task.case_id or task.incident_id or task.run_id or ""
    due = _due(task, now, zone)
    yield f"{ink(task.id, 'bold')}  {fill(f'{task.role}: {_WHAT[task.kind]}', 24)}  {fill(about, 12)}  {due}"
    for part in wrap(task.question, width() - 2):
        yield f"  {part}"
    if items:
        yield f"  {task_items.progress(items, now, zone)}"
    if task.status == "open":
        yield ink("  " + cut(f"firebreak {_how(task, items)}", width() - 2), "dim")


def _due(task: Task, now: datetime, zone: ZoneInfo) -> str:
    from flows.cli.cases import until
    from flows.telling.overview import Wait

    if task.status != "open":
        return f"{task.status}{f' by {task.answered_by}' if task.answered_by else ''}"
    return until(Wait("", task.due_at), now, zone)


def _how(task: Task, items: Sequence[TaskItem] = ()) -> str:
    """The command that answers a task."""
    from flows.answering import fields_of, shown
    from flows.ticking import how

    if items:
        return f"answer {task.id} {how(items)}"
    if task.kind == "approve":
        return f"answer {task.id} yes (or no)"
    fields = " ".join(f"{name}={shown(offered).replace(' or ', '|')}" for name, offered in fields_of(task).items())
    return f"answer {task.id} {fields or 'done'}"


def show_task(
    wanted: Annotated[str, typer.Argument(metavar="TASK", help="Its id, or the beginning of it.")],
    as_json: Json = False,
) -> None:
    """Show one task with all it takes.

    That is the customer's name, number and last message; for a reply that has to be sent by hand also the text, and a
    link that opens the chat with it; for a list of things to do what is on it, and how far it is; for a question how to
    read the whole chat.

    \b
    Example:
      firebreak task T-4YV0N2ZZKD
    """
    from flows.cli.timeline import day_and_minute, head
    from flows.runs import listing
    from flows.runs.labels import is_sensitive
    from flows.store.tables import Customer
    from flows.telling.contact import contact_of

    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        task = _find(session, wanted)
        details = _opened(store.vault, task.sealed_details)
        remark = _opened(store.vault, task.sealed_remark).get("text")
        contact = contact_of(session, store.vault, task.subject_id)
        customer = session.get(Customer, task.subject_id)
        sensitive = customer is not None and is_sensitive(session, customer)
        items = listing.items_of(session, task.id)
        listed = task_items.opened(session, store.vault, items, details.get("why") or {}, details.pop("listed", None))
        examples = task_items.examples(session, store.vault, details.pop("examples", ()))
        now = store.clock.now()
    if as_json:
        beside = {"details": details, "contact": contact, "remark": remark, "sensitive": sensitive}
        beside |= {"examples": examples} if examples else {}
        say_json({**_to_json(task), "items": listed, **beside})
        return
    zone = settings.timezone
    about = task.case_id or task.incident_id
    answer = ", ".join(f"{name} = {value}" for name, value in (task.answer or {}).items())
    answered = f"{day_and_minute(task.answered_at, zone)} by {task.answered_by}" if task.answered_at else ""
    pairs = [
        ("task", f"{task.id}   {task.role}: {_WHAT[task.kind]}"),
        ("about", f"firebreak {'case' if task.case_id else 'incident'} {about}" if about else ""),
        ("question", task.question),
        # Whoever is to judge a chat may not be the one who has the phone.
        ("all texts", f"firebreak inventory {task.case_id} --texts" if task.case_id and task.kind != "do" else ""),
        ("careful", "privacy sensitive: refer to the order number only" if sensitive else ""),
        ("given", day_and_minute(task.created_at, zone)),
        ("due", _due(task, now, zone)),
        ("progress", task_items.progress(items, now, zone) if items else ""),
        ("answered", f"{answered}{f': {answer}' if answer else ''}"),
        ("remark", str(remark or "")),
        *(() if "sheet" in details else contact.items()),
    ]
    for line in head([*pairs, *((name, str(text)) for name, text in details.items() if name not in _BELOW)]):
        say(line)
    for line in call_screen.drawn(details.get("sheet") or {}) if "sheet" in details else ():
        say(line)
    if "text" in details:
        say("\nthe text to send:\n")
        for line in wrap(str(details["text"]), width() - 4):
            say(f"  {line}")
    for line in preview.drawn(details.get("preview", ()), zone):
        say(line)
    for name, count in (details.get("counts") or {}).items():
        say(f"  {name.replace('_', ' ')}: {count}")
    for each in examples:
        say(f"\n{'we wrote' if each['whose'] == 'us' else 'a customer wrote'}:")
        for line in wrap(each["text"], width() - 4):
            say(f"  {line}")
    if "link" in details:
        say(f"\nthis link opens the chat with the text typed in:\n  {details['link']}")
    for number, line in enumerate(task_items.lines(listed, now, zone)):
        say(line if number else f"\n{line}")
    if task.status == "open":
        say(f"\nfirebreak {_how(task, items)}")


def answer(
    wanted: Annotated[str, typer.Argument(metavar="TASK", help="Its id, or the beginning of it.")],
    answers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD=VALUE",
            help="The answers; `yes` or `no` to a decision, `done` to a thing to do, `3=done` or `3=failed` to the "
            "third of several, `all=done` to all that are open.",
        ),
    ] = None,
    by: By = None,
    remark: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A note of yours, kept sealed beside the answer.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a task.

    Its case goes on by itself, at once if Firebreak is up.

    \b
    Examples:
      firebreak answer T-4YV0N2ZZKD backup_status=none
      firebreak answer T-4YV0N2ZZKD yes --by first_phone
      firebreak answer T-4YV0N2ZZKD done --remark "called her at nine"
      firebreak answer T-4YV0N2ZZKD 1=done 2=failed
      firebreak answer T-4YV0N2ZZKD all=done
    """
    from flows import answering
    from flows.runs import listing

    name, settings = who(by), load_settings()
    with open_store(settings) as store, store.begin() as session:
        task = _find(session, wanted)
        listed = listing.items_of(session, task.id)
        given = _given(task, answers or [], listed)
        facts = answering.vocabulary_of(session, task)
        task = answering.answer(session, facts, task.id, given, name, store.clock.now())
        if remark is not None and remark.strip():
            task.sealed_remark = store.vault.seal(task.subject_id, {"text": remark.strip()})
        items = listing.items_of(session, task.id)
        now = store.clock.now()
    if as_json:
        say_json(_to_json(task, items))
        return
    if items:
        _say_progress(task, items, now, settings.timezone)
        return
    told = ", ".join(f"{field} = {value}" for field, value in (task.answer or {}).items()) or "done"
    say(f"{task.id} is answered by {name}: {told}")
    about = task.case_id or task.incident_id
    if about is not None:
        say(f"firebreak {'case' if task.case_id else 'incident'} {about} shows how it goes on")


def _say_progress(task: Task, items: Sequence[TaskItem], now: datetime, zone: ZoneInfo) -> None:
    say(f"{task.id}: {task_items.progress(items, now, zone)}")
    about = task.case_id or task.incident_id
    if task.status == "open":
        say(f"firebreak {_how(task, items)}")
    elif about is not None:
        say(f"firebreak {'case' if task.case_id else 'incident'} {about} shows how it goes on")


def _given(task: Task, answers: list[str], items: Sequence[TaskItem]) -> dict[str, Any]:
    from flows.answering import YES_NO, WrongAnswer, fields_of
    from flows.ticking import how

    fields = fields_of(task)
    if task.kind == "approve" and len(answers) == 1 and answers[0].lower() in YES_NO:
        return {"approved": answers[0].lower()}
    if task.kind == "do" and [each.lower() for each in answers] in ([], ["done"]):
        return {}
    if len(items) == 1 and [each.lower() for each in answers] == ["failed"]:
        return {"1": "failed"}
    if len(fields) == 1 and len(answers) == 1 and "=" not in answers[0] and task.kind == "ask":
        return {next(iter(fields)): answers[0]}  # one question: the answer alone says it all
    given: dict[str, Any] = {}
    for each in answers:
        field, equals, value = each.partition("=")
        if not equals or not value:
            form = how(items) if items else " ".join(_field(*one) for one in fields.items()) or "done"
            raise WrongAnswer(f'"{each}" is not an answer; write `firebreak answer {task.id} {form}`')
        if field in given:
            raise WrongAnswer(f"{field} is answered twice; say it once")
        given[field.lower() if items else field] = value
    return given


def _field(name: str, offered: Sequence[Any]) -> str:
    from flows.answering import shown

    return f"{name}={shown(list(offered)).replace(' or ', '|') if offered else '…'}"


def _find(session: Session, wanted: str) -> Task:
    from flows.errors import NotFound
    from flows.store.tables import Task
    from flows.telling.finding import by_id

    task = by_id(session, Task, wanted)
    if task is None:
        raise NotFound(f'there is no task "{wanted}"; `firebreak tasks` lists the open ones')
    return task


def _opened(vault: Any, sealed: bytes | None) -> dict[str, Any]:
    from flows.errors import Erased

    if sealed is None:
        return {}
    try:
        opened: dict[str, Any] = vault.open(sealed)
    except Erased:
        return {"text": "(erased)"}
    return opened


def _to_json(task: Task, items: Sequence[TaskItem] = ()) -> dict[str, Any]:
    """A task without what is sealed."""
    times = {name: getattr(task, name) for name in ("created_at", "due_at", "answered_at")}
    return {
        "id": task.id,
        "kind": task.kind,
        "role": task.role,
        "status": task.status,
        "question": task.question,
        "form": dict(task.form),
        "case": task.case_id,
        "incident": task.incident_id,
        "run": task.run_id,
        "step": task.path,
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "answered_by": task.answered_by,
        "answer": dict(task.answer) if task.answer is not None else None,
        "items": [task_items.to_json(item) for item in items],
    }
