"""The command `firebreak`: its commands, and what becomes of an error."""

from __future__ import annotations

import gc
import re
import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from flows.cli import (
    backup,
    breach,
    card,
    cases,
    certificate,
    check,
    classify,
    close,
    decide,
    diff,
    doctor,
    examples,
    export,
    freeze,
    graph,
    heard,
    hold,
    import_chat,
    incident,
    incident_report,
    inventory,
    law,
    may_send,
    measure,
    migrate,
    notice,
    open,
    orders,
    plan,
    proofread,
    regroup,
    rehearse,
    rejected,
    release,
    restore,
    retriage,
    retrospective,
    review,
    room,
    schemas,
    stand_down,
    statement,
    surge,
    tasks,
    test,
    up,
)

if TYPE_CHECKING:
    from typer import Context


class Commands(TyperGroup):
    """Runs a command, and turns what a person can cause into one clear message and the exit code 1."""

    def list_commands(self, _ctx: Context) -> list[str]:  # type: ignore[override]
        return sorted(self.commands.keys() - {REHEARSE_SURGE}, key=_ORDER.index)

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:  # type: ignore[override]
        """`rehearse surge` is a command of two words; every other word after `rehearse` is a playbook."""
        if " ".join(args[:2]) == REHEARSE_SURGE:
            return REHEARSE_SURGE, self.commands[REHEARSE_SURGE], args[2:]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Context) -> Any:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except Exception as error:
            message = _for_a_person(error)
            if message is None:
                raise
            print(f"firebreak: {message}", file=sys.stderr)
            raise typer.Exit(1) from None


REHEARSE_SURGE = "rehearse surge"

_ORDER = (
    "up",
    "doctor",
    "cases",
    "case",
    "tasks",
    "task",
    "answer",
    "waiting",
    "room",
    "close",
    "notice",
    "proofread",
    "heard",
    "open",
    "retriage",
    "overrule",
    "incident",
    "statement",
    "retrospective",
    "may-send",
    "freeze",
    "inventory",
    "plan",
    "hold",
    "holds",
    "export",
    "exports",
    "certificate",
    "breach",
    "rejected",
    "import-chat",
    "law",
    "orders",
    "backup",
    "restore",
    "review",
    "cleanup",
    "check",
    "test",
    "rehearse",
    "decide",
    "classify",
    "measure",
    "examples",
    "graph",
    "card",
    "diff",
    "release",
    "migrate",
    "schemas",
)


class WithIds(TyperGroup):
    """Takes an id where a command could stand: `incident I-…` is `incident show I-…`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]
        first = next((each for each in args if not each.startswith("-")), "")
        if first not in self.commands and re.match(r"[A-Za-z]-", first):
            args = ["show", *args]
        return super().parse_args(ctx, args)


def _for_a_person(error: Exception) -> str | None:
    """What to tell about an error that a person can cause; None for one that is a fault of ours."""
    from flows.errors import FirebreakError

    if isinstance(error, FirebreakError):
        return str(error)
    if _is(error, "rules.problems", "ContentError") or _is(error, "rules.vocabulary", "FactError"):
        return str(error)
    if _is(error, "sqlalchemy.exc", "DBAPIError"):
        # Its text may hold an address; its kind says whether the database is away, locked, full or not ours.
        origin = type(getattr(error, "orig", error)).__name__
        return (
            f"the database cannot be used now ({origin}). Is it running, is FIREBREAK_DATABASE_URL right, has its disk "
            "room left? `firebreak doctor` looks closer"
        )
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return None


def _is(error: Exception, module: str, name: str) -> bool:
    """Whether an error is of a class in a module that need not have been imported."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(error, kind)


_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Firebreak answers customers on WhatsApp by playbooks, on the days nobody is ready for.",
    epilog="Begin with `firebreak up --demonstration`, then `firebreak cases`.",
    **_PLAIN,
)
app.command("up")(up.up)
app.command("doctor")(doctor.doctor)
app.command("cases")(cases.list_cases)
app.command("case")(cases.show_case)
app.command("tasks")(tasks.list_tasks)
app.command("task")(tasks.show_task)
app.command("answer")(tasks.answer)
app.command("waiting")(room.list_waiting)
app.command("room")(room.show_room)
app.command("close")(close.close)
app.command("notice")(notice.notice)
app.command("proofread")(proofread.proofread)
app.command("heard")(heard.heard)
app.command("open")(open.open_case)
app.command("retriage")(retriage.retriage)
app.command("overrule", hidden=True)(retriage.retriage)
_incident = typer.Typer(
    cls=WithIds, no_args_is_help=True, help="Open, join, split, merge, close incidents.", **_PLAIN
)
_incident.command("open")(incident.open_incident)
_incident.command("join")(regroup.join)
_incident.command("leave")(regroup.leave)
_incident.command("split")(regroup.split)
_incident.command("merge")(regroup.merge)
_incident.command("close")(regroup.close)
_incident.command("stand-down")(stand_down.stand_down)
_incident.command("report")(incident_report.report)
_incident.command("list")(incident.list_incidents)
_incident.command("show")(incident.show_incident)
_incident.command("room")(room.set_room)
_incident.command("assign")(room.assign)
app.add_typer(_incident, name="incident")
_statement = typer.Typer(
    cls=WithIds, no_args_is_help=True, help="What we all say: draft, approve, read.", **_PLAIN
)
_statement.command("draft")(statement.draft)
_statement.command("show")(statement.show)
_statement.command("list")(statement.list_statements)
_statement.command("approve")(statement.approve)
_statement.command("refuse")(statement.refuse)
app.add_typer(_statement, name="statement")
_retrospective = typer.Typer(
    cls=WithIds, no_args_is_help=True, help="What everybody is told afterwards.", **_PLAIN
)
_retrospective.command("show")(retrospective.show)
_retrospective.command("edit")(retrospective.edit)
_retrospective.command("list")(retrospective.list_versions)
_retrospective.command("approve")(retrospective.approve)
_retrospective.command("refuse")(retrospective.refuse)
app.add_typer(_retrospective, name="retrospective")
app.command("may-send")(may_send.may_send)
_freeze = typer.Typer(help="What holds everything back that is not about a crisis.", **_PLAIN)
_freeze.callback(invoke_without_command=True)(freeze.show)
_freeze.command("show")(freeze.show_too)
_freeze.command("lift")(freeze.lift)
_freeze.command("again")(freeze.again)
app.add_typer(_freeze, name="freeze")
app.command("inventory")(inventory.show_inventory)
app.command("plan")(plan.show_plan)
app.command("hold")(hold.hold)
app.command("holds")(hold.list_holds)
app.command("export")(export.export)
app.command("exports")(export.list_exports)
app.command("certificate")(certificate.certificate)
_breach = typer.Typer(
    cls=WithIds, no_args_is_help=True, help="Leaks of personal data: whose, told or not, the report.", **_PLAIN
)
_breach.command("open")(breach.open_breach)
_breach.command("add")(breach.add)
_breach.command("affected")(breach.list_affected)
_breach.command("recipient")(breach.ask_recipient)
_breach.command("report")(breach.report)
_breach.command("list")(breach.list_breaches)
_breach.command("show")(breach.show_breach)
app.add_typer(_breach, name="breach")
app.command("rejected")(rejected.rejected)
app.command("import-chat")(import_chat.import_chat)
app.command("law")(law.law)
_orders = typer.Typer(no_args_is_help=True, help="What customers have ordered, and whether that can be told.", **_PLAIN)
_orders.command("find")(orders.find)
_orders.command("check")(orders.check)
app.add_typer(_orders, name="orders")
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("review")(review.review)
app.command("cleanup")(review.cleanup)
app.command("check")(check.check)
app.command("test")(test.run_scenarios)
app.command("rehearse")(rehearse.rehearse)
app.command(REHEARSE_SURGE, hidden=True)(surge.rehearse_surge)
app.command("decide")(decide.decide)
app.command("classify")(classify.classify)
app.command("measure")(measure.measure)
app.command("examples")(examples.list_examples)
app.command("graph")(graph.graph)
app.command("card")(card.card)
app.command("diff")(diff.diff)
app.command("release")(release.release)
app.command("migrate")(migrate.migrate)
app.command("schemas")(schemas.schemas)


def main() -> None:
    """The console script."""
    gc.set_threshold(100_000, 20, 20)  # imports make many objects and no garbage: a tenth of the start-up
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show Chinese is no reason to stop
    app(prog_name="firebreak")
