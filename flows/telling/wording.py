"""What a line of the journal says in plain words: one small function for each kind of line.

Nothing personal is in a journal line, so nothing personal is in these sentences; the words that were said are added by
`flows.telling.story`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flows.telling.sentences import Data, Entry, Told, moment, roughly, shown


def in_words(entry: Entry) -> Told:
    """The line as a sentence; one of an unknown kind, or of the shape of another release, is shown as it is."""
    try:
        return _TELLERS.get(entry.event, _plain)(entry)
    except (KeyError, TypeError, ValueError):
        return _plain(entry)


# -- deciding --------------------------------------------------------------------------------------------------------


def _case_opened(entry: Entry) -> Told:
    data = entry.data
    headline = f"{data['playbook']} {data['version']} begins, severity {data.get('severity', 'unknown')}"
    if "opened_by" in data:
        return Told("team", f"{data['opened_by']} opens a case by hand: {headline}")
    both = data.get("because") or {}
    because, why_not = _reasons(both, data.get("severity"))
    return Told("decision", headline, because, why_not)


def _started_alongside(entry: Entry) -> Told:
    data = entry.data
    because, why_not = _reasons(data.get("because") or {}, None)
    return Told("decision", f"{data['playbook']} {data['version']} begins alongside", because, why_not)


def _message_read(entry: Entry) -> Told:
    data = entry.data
    signs = [
        name.removeprefix("sign_").replace("_", " ") for name, value in data["facts"].items() if _is_sign(name, value)
    ]
    seen = [str(data["facts"].get("intent", "unknown")).replace("_", " "), f"severity {data['severity']}", *signs]
    because, why_not = _reasons(data.get("because") or {}, data["severity"])
    return Told("decision", f"read as: {', '.join(seen)}", because, why_not)


def _is_sign(name: str, value: object) -> bool:
    return name.startswith("sign_") and value is True


def _reasons(both: Data, severity: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why this playbook, then why this severity; and what stood against every other rule."""
    trigger, triage = both.get("trigger") or {}, both.get("triage") or {}
    chosen = [trigger["because"]] if trigger.get("rule") else ["nothing in it starts a playbook"]
    if triage.get("rule"):
        title = triage.get("title") or triage["rule"]
        chosen.append(f"severity {severity}: {title[:1].lower()}{title[1:]}, as {triage['because']}")
    if third_voice := both.get("third voice"):
        chosen.append(f"the third voice {third_voice}")
    return tuple(chosen), (*trigger.get("why_not", ()), *triage.get("why_not", ()))


# -- steps -----------------------------------------------------------------------------------------------------------


def _step_waits(entry: Entry) -> Told:
    on, data = entry.data.get("on") or {}, entry.data
    until = f", until {entry.moment('until_latest')} at the latest" if "until_latest" in data else ""
    taken_over = data.get("verb") == "escalate"
    if isinstance(on.get("task"), str) and (len(on) == 1 or "by_hand" in data or taken_over) and "too_old" not in data:
        return Told("wait", given(entry))
    if "too_old" in data:
        return Told("alarm", f"too old by now: {data['too_old']}; still to be done: {data['left']}")
    if "outbox" in on:
        return Told("wait", f"a text is ready: {data.get('reply', data['name'])}")
    if "run" in on:
        return Told("wait", f"{data.get('playbook', 'another playbook')} is carried out first{until}")
    if "people_told" in data:
        return Told("wait", f"{_of_people(data)}; it looks again {awaited(on, entry)}")
    return Told("wait", f"waits {awaited(on, entry) or 'at ' + str(data['name'])}{until}")


EVENTS = {
    "customer_reply": "for the customer to write",
    "incident_worse": "for the incident to become more severe",
    "incident_closed": "for the incident to be closed",
    "room": "for a link to the war room",
    "statement": "for a statement to be in force",
    "stood_down": "for the incident to be over",
}


def awaited(on: Data, entry: Entry) -> str:
    """What ends a wait: `until 14:00 or for the customer to write`."""
    parts = []
    if "until" in on:
        parts.append(f"until {moment(datetime.fromisoformat(on['until']), entry.zone, entry.at)}")
    parts += [EVENTS.get(each, f"for {each}") for each in several(on.get("event"))]
    parts += [f"for an answer to {each}" for each in several(on.get("task"))]
    return " or ".join(parts)


def several(found: Any) -> list[str]:
    """One or several as a list."""
    return found if isinstance(found, list) else [found] if found is not None else []


def given(entry: Entry) -> str:
    """A task as it is given to somebody."""
    data, task = entry.data, entry.task
    until = f", until {entry.moment('until_latest')} at the latest" if "until_latest" in data else ""
    if task is None:
        return f"{data['name']} waits for a person{until}"
    if "by_hand" in data:
        return f"{task.role} is to send {data.get('reply', 'the text')} by hand ({task.id})"
    do = "is to take it over" if data["verb"] == "escalate" else "is to do it by hand"
    what = {"ask": "is asked", "approve": "is to say yes or no"}.get(task.kind, do)
    return f"{task.role} {what} ({task.id}){until}"


_ORDERS = {
    "not connected": "there is no order source to ask",
    "no number": "no number of the customer is known to look up orders by",
    "unavailable": "the order source could not be asked",
    "late": "the order source did not answer in time",
    "resting": "the order source answered nobody lately, and was not asked",
}


def _of_a_choice(data: Mapping[str, Any]) -> Told:
    if "chosen" in data:
        return Told("customer", f"chooses {data['chosen']}")
    if "offered" in data:
        return Told("note", "nothing may be offered now, so nothing is")
    if data["orders"] in _ORDERS:
        return Told("note", f"{_ORDERS[data['orders']]}; texts do without")
    another = "; the one that they name is none of them" if data.get("named_another") else ""
    return Told("note", f"orders of the customer: {data['orders']}{another}")


def _not_open(entry: Entry) -> Told:
    allowed = ", ".join(entry.data["allowed"]) or "nothing"
    return Told("customer", f"chooses {entry.data['chosen']}, which is no longer offered; now it is {allowed}")


def _step_done(entry: Entry) -> Told:
    data = entry.data
    if "took" in data:
        because, why_not = _branch(data.get("because") or {})
        way = {
            "otherwise": "none of the conditions holds, so it goes the other way (otherwise)",
            "no branch": "none of the conditions holds, so it goes straight on",
        }
        return Told("decision", way.get(data["took"], f"goes way {data['took']} of {data['name']}"), because, why_not)
    if "orders" in data or "chosen" in data or "offered" in data:
        return _of_a_choice(data)
    if "people_told" in data:
        return Told("note", _of_people(data))
    if "clocks" in data:
        return _legal_clock(entry)
    if "planned" in data:
        return Told("note", f"plans {data['playbook']} for {entry.moment('due')} ({data['planned']})")
    if "extended_by" in data:
        return Told("note", f"promise {data['promise']} is now due by {entry.moment('until')}")
    if "closed_as" in data:
        return Told("note", f"closes it as {data['closed_as']}")
    if data.get("verb") == "parallel":
        return Told("note", f"{data['name']}: several things begin, side by side")
    if "assumed" in data:
        return Told("decision", f"nobody knows, so it assumes: {shown(data['assumed'])}")
    if "set" in data:
        return Told("decision", f"from here on: {shown(data['set'])}")
    if "list" in data:
        count, what = data["count"], str(data["list"]).replace("_", " ")
        return Told("note", f"{what}: {count or 'there are none'}")
    if "ran" in data:
        barred = "; it did not get its yes, so nothing more happens here" if data.get("shut") else ""
        return Told("note", f"{data['ran']} has been carried out{barred}")
    if "labels" in data:
        return Told("note", f"labels: {shown(data['labels'])}")
    if "told" in data:
        return Told("note", f"{data.get('who', 'colleagues')} will be told")
    if "happened" in data:
        return Told(
            "note",
            f"{_HAPPENED.get(data['happened'], data['happened'].replace('_', ' '))}, so it goes on",
        )
    if "waited_until" in data:
        return Told("note", "the time has passed, so it goes on")
    if "by_hand" in data:
        return Told("team", f"{data['by_hand']} did by hand what {data['name']} could not do")
    if data.get("verb") == "parallel":
        return Told("note", f"{data['name']}: all of it begins at once")
    details = _details(data)
    return Told("note", f"{data['name']}: done{f' ({details})' if details else ''}")


def _of_people(data: Data) -> str:
    if not data["people"]:
        return "nobody has said yet whose data it is"
    return f"{data['people_told']} of {data['people']} people have been told"


def _legal_clock(entry: Entry) -> Told:
    data = entry.data
    law = f"by {shown(data['clocks'])}" if data["clocks"] else "and no law leaves less"
    people = f"the people live in: {shown(data['where'])}"
    return Told("decision", f"{data['promise']} is due at {entry.moment('due')}, {law}", (people,))


_HAPPENED = {
    "customer_reply": "the customer has written",
    "incident_worse": "the incident has become more severe",
    "incident_closed": "the incident is closed",
    "answer": "a colleague has answered",
    "room": "somebody has told where the team meets",
    "statement": "an official statement is in force",
    "stood_down": "the incident is over",
}


def _branch(decision: Data) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why this way. Where no condition holds, what stood against each is the reason itself."""
    against = tuple(f"not way {reason}" for reason in decision.get("why_not", ()))
    if decision.get("rule"):
        return (decision["because"],), against
    return against, ()


def _step_skipped(entry: Entry) -> Told:
    against = (entry.data.get("because") or {}).get("why_not", ())
    plain = tuple(reason.removeprefix("1: ") for reason in against)  # there is one condition only
    return Told("note", f"left out: {entry.data['name']}", plain)


def _step_failed(entry: Entry) -> Told:
    details = _details(entry.data)
    return Told(
        "alarm",
        f"FAILED: {entry.data['name']} ({entry.data.get('reason', 'for no known reason')})"
        f"{f'; {details}' if details else ''}",
    )


def _tried_again(entry: Entry) -> Told:
    failed = f"{entry.data['name']} did not work ({entry.data['reason']})"
    return Told("alarm", f"{failed}; next try at {entry.moment('at')}")


def _time_is_up(entry: Entry) -> Told:
    who = f"{entry.task.role} has not answered in time" if entry.task else "the time is up"
    return Told("alarm", f"{who}: {entry.data['name']}")


def _told_again(entry: Entry) -> Told:
    return Told("alarm", f"{why_again(entry.data)}: {entry.data['name']}")


def why_again(data: Data) -> str:
    """Why colleagues were told again: in a war room nobody is waited for, they only hear how things stand."""
    return "how things stand" if data.get("verb") == "war_room" else "nobody has taken it yet"


_NOT_DETAILS = ("verb", "name", "because", "on", "enter", "leave", "until_latest", "note")
_SAID_ELSEWHERE = ("reason", "sent", "answered_by")


def _details(data: Data) -> str:
    kept = {
        key: value
        for key, value in data.items()
        if key not in (*_NOT_DETAILS, *_SAID_ELSEWHERE) and value not in (None, "")
    }
    return "; ".join(f"{key.replace('_', ' ')}: {shown(value)}" for key, value in kept.items())


# -- what is held ------------------------------------------------------------------------------------------------------


def _records_held(entry: Entry) -> Told:
    data = entry.data
    held = "everything of the customer is" if data["everything"] else f"{data['held']} of the customer's messages are"
    return Told("decision", f"{held} held (reason: {data['reason']}), by {data['by']}")


def _hold_lifted(entry: Entry) -> Told:
    data = entry.data
    return Told("decision", f"{data['by']} lifts the hold {data['hold']} (its reason was: {data['reason']})")


def _certificate_issued(entry: Entry) -> Told:
    data = entry.data
    return Told("note", f"{data['by']} issues a deletion certificate (line {data['ledger_line']} of the ledger)")


# -- texts, notices, answers -------------------------------------------------------------------------------------------


def _text_sent(entry: Entry) -> Told:
    return Told("us", wrote(entry.data))


def wrote(data: Data) -> str:
    """A text that has left."""
    form = ", as a template" if data.get("form") == "template" else ""
    return f"we wrote {data.get('reply', 'a text')} ({data.get('locale', 'unknown language')}{form})"


def _refused(entry: Entry) -> Told:
    return Told("alarm", f"{_not_taken(entry.data)}{_why(entry.data)}")


def _refused_for_now(entry: Entry) -> Told:
    return Told("alarm", f"{_not_taken(entry.data)}{_why(entry.data)}; next try at {entry.moment('again')}")


def _not_taken(data: Data) -> str:
    if data.get("role"):
        return f"{data['role']} could not be told"
    return f"WhatsApp did not take {data.get('reply', 'the text')}"


def _why(data: Data) -> str:
    code = f" (code {data['code']})" if data.get("code") is not None else ""
    return f": {data['detail']}{code}" if data.get("detail") else code


def _template_instead(entry: Entry) -> Told:
    return Told("note", f"the 24 hours are over{_why(entry.data)}; the approved template goes instead")


def _unsure(entry: Entry) -> Told:
    return Told("alarm", f"it is not known yet whether the text left{_why(entry.data)}")


def _not_delivered(entry: Entry) -> Told:
    return Told("alarm", f"WhatsApp could not deliver our text{_why(entry.data)}")


def _handed_over(entry: Entry) -> Told:
    return Told("team", f"{entry.data.get('reply', 'the text')} has to be sent by hand: {entry.data['why']}")


def _colleagues_told(entry: Entry) -> Told:
    return Told("team", f"told {entry.data['role']}")


def _answered(entry: Entry) -> Told:
    return Told("team", answered(entry.data))


def answered(data: Data) -> str:
    """What a colleague answered."""
    by, answer = data.get("by") or "somebody", data.get("answer") or {}
    if data.get("kind") == "approve":
        return f"{by} said {answer.get('approved', 'nothing')} ({data['task']})"
    if data.get("kind") == "do" and answer:
        return f"{by} has settled the last of {data['task']}: {shown(answer)}"
    if data.get("kind") == "do":
        return f"{by} has done it or taken it over ({data['task']})"
    return f"{by} answered {data['task']}: {shown(answer)}"


def _items_settled(entry: Entry) -> Told:
    data = entry.data
    left = {status: data[status] for status in ("done", "failed", "expired", "open") if status in data}
    return Told("team", f"{data['by']} has settled {data['now']} of {data['task']}: {shown(left)}")


# -- promises, runs, the rest ------------------------------------------------------------------------------------------


def _promise_kept(entry: Entry) -> Told:
    return Told("note", f"promise kept: {kept(entry)}")


def kept(entry: Entry) -> str:
    """A promise, and how early it was kept."""
    early = datetime.fromisoformat(entry.data["due"]) - entry.at
    return f"{entry.data['promise']}, {roughly(early)} before its time"


def _promise_near(entry: Entry) -> Told:
    return Told("alarm", f"the promise {entry.data['promise']} is due at {entry.moment('due')}")


def _promise_broken(entry: Entry) -> Told:
    return Told("alarm", f"PROMISE BROKEN: {entry.data['promise']} was due at {entry.moment('due')}")


def _own_text(entry: Entry) -> Told:
    kinds = ", ".join(each.replace("_", " ") for each in entry.data["kinds"])
    return Told("alarm", f"a text of ours from the app holds: {kinds} ({entry.data['task']} asks to delete it)")


def _run_started(entry: Entry) -> Told:
    return Told("note", f"{entry.data['playbook']} {entry.data['version']} begins")


def _run_moved(entry: Entry) -> Told:
    data = entry.data
    dated = [
        f"the promise {name} is due {moment(datetime.fromisoformat(due), entry.zone, entry.at)}"
        for name, due in data["promises"].items()
    ]
    moved = f"{data['by']} moves it from version {data['from']} to {data['to']}"
    return Told("team", "; ".join([moved, *dated]))


def _run_finished(entry: Entry) -> Told:
    closed = entry.data.get("closed_as")
    return Told("note", f"closed as {closed}" if closed else "nothing more is to be done in this playbook")


def _incident_opened(entry: Entry) -> Told:
    data = entry.data
    return Told("alarm", f"{data['opened_by']} opens an incident: {data['kind']}, severity {data['severity']}")


def _case_joined(entry: Entry) -> Told:
    data = entry.data
    moved = f", and leaves {data['from']}" if "from" in data else ""
    who = f"{data['by']} lets it join" if "by" in data else "it joins"
    return Told("decision", f"{who} the incident {data['incident']}{moved}")


def _case_left(entry: Entry) -> Told:
    return Told("team", f"{entry.data['by']} takes it out of the incident {entry.data['incident']}")


def _incident_gathers(entry: Entry) -> Told:
    data = entry.data
    cases = f"{data['cases']} case{'' if data['cases'] == 1 else 's'}"
    about = f" about {data['topic']}" if data.get("topic") else ""
    return Told("team", f"{data['by']} lets {cases}{about} join")


def _incident_merged(entry: Entry) -> Told:
    data = entry.data
    if "into" in data:
        return Told("team", f"{data['by']} merges it into {data['into']}, where it goes on")
    return Told("team", f"{data['by']} merges {data['from']} into it")


def _incident_split(entry: Entry) -> Told:
    data = entry.data
    if "into" in data:
        return Told("team", f"{data['by']} splits off {data['into']}")
    return Told("team", f"{data['by']} splits it off from {data['from']}")


def _review_opened(entry: Entry) -> Told:
    return Told("note", f"{entry.data['opened_by']} opens {entry.data['playbook']}")


def _people_added(entry: Entry) -> Told:
    count = entry.data["count"]
    return Told(
        "team", f"{entry.data['by']} says whose data it is: {count} more {'person' if count == 1 else 'people'}"
    )


def _recipient_asked(entry: Entry) -> Told:
    return Told("team", f"{entry.data['by']} asks whoever got the wrong message to delete it ({entry.data['case']})")


def _begins_anew(entry: Entry) -> Told:
    worse = f"it has become more severe ({entry.data['severity']})"
    return Told("decision", f"{entry.data['playbook']} begins anew: {worse}")


def _taken_over(entry: Entry) -> Told:
    return Told("decision", f"{entry.data['playbook']} carries on what {entry.data['from']} had begun")


def _room_known(entry: Entry) -> Told:
    return Told("note", f"{entry.data['by']} told where the team meets")


def _duties_assigned(entry: Entry) -> Told:
    duties = ", ".join(f"{duty}: {name or 'nobody'}" for duty, name in entry.data["duties"].items())
    return Told("note", f"{entry.data['by']} said who does what: {duties}")


def _overruled(entry: Entry) -> Told:
    said = f"{entry.data['by']} says that this is {entry.data['to']}, not {entry.data['from']}"
    if entry.data["to"] == entry.data["from"]:
        said = f"{entry.data['by']} says that this is and stays {entry.data['to']}"
    return Told("decision", said)


def _kept_silent(entry: Entry) -> Told:
    return Told("note", f"{entry.data['playbook']} does not begin: a person looks after this customer")


def _text_waits(entry: Entry) -> Told:
    return Told("note", f"our text {entry.data.get('reply', '')} waits: {entry.data['urgent']} is urgent")


def _text_made_anew(entry: Entry) -> Told:
    text = entry.data.get("reply", "")
    return Told("note", f"our text {text} has not left: another statement is in force by now, and it is made anew")


def _update_late(entry: Entry) -> Told:
    return Told("alarm", f"the customer should have heard from us before {entry.moment('late_at')}, and has not")


def _freeze(entry: Entry) -> Told:
    lifted = "lifted the freeze: what is not about the crisis may be sent again"
    return Told(
        "decision", f"{entry.data['by']} {lifted if entry.event == 'freeze lifted' else 'froze everything else'}"
    )


def _follow_up_started(entry: Entry) -> Told:
    return Told("note", f"the time has come for {entry.data['playbook']} ({entry.data['follow_up']})")


def _follow_up_not_needed(entry: Entry) -> Told:
    reason = (entry.data["because"],) if entry.data.get("because") else ()
    return Told("decision", f"{entry.data['playbook']} is not needed any more ({entry.data['follow_up']})", reason)


def _follow_up_held(entry: Entry) -> Told:
    held = f"{entry.data['playbook']} is held back for now ({entry.data['follow_up']})"
    return Told("decision", held, (entry.data["because"],))


def _follow_up_given_up(entry: Entry) -> Told:
    given_up = f"{entry.data['playbook']} was held back for too long and is given up ({entry.data['follow_up']})"
    return Told("alarm", given_up, (entry.data["because"],))


def _follow_up_in_the_night(entry: Entry) -> Told:
    return Told("note", f"{entry.data['playbook']} waits until {entry.moment('until')}, so as not to disturb anybody")


def _chat_imported(entry: Entry) -> Told:
    data = entry.data
    known = f"; {data['known']} were known already" if data["known"] else ""
    new = f"{data['theirs']} messages of the customer and {data['ours']} of ours are new"
    return Told("note", f"{data['by']} imported an exported chat: {new}{known}")


def _data_exported(entry: Entry) -> Told:
    return Told("note", f"{entry.data['by']} wrote the customer's data into a file for them ({entry.data['export']})")


def _copy_removed(entry: Entry) -> Told:
    how = " and says so" if entry.data["by_hand"] else ""
    return Told("note", f"{entry.data['by']} removed a file with the customer's data{how} ({entry.data['export']})")


def _moving_failed(entry: Entry) -> Told:
    return Told("alarm", f"something unforeseen happened ({entry.data['error']}); it is tried again in a minute")


def _records_erased(entry: Entry) -> Told:
    data = entry.data
    stays = [f"{data[how]} {how}" for how in ("kept", "masked") if data[how]]
    address = "" if data["address"] else "; their address is erased, too"
    counts = ", ".join([f"{data['erased']} messages and texts of this customer", *stays])
    return Told("decision", f"erases {counts}{address} (line {data['line']} of the ledger)")


def _statement_drafted(entry: Entry) -> Told:
    data = entry.data
    may = " or ".join(data["remedies"]) or "nothing"
    return Told("team", f"{data['by']} drafts version {data['version']} of the {data['kind']}; it may promise {may}")


def _statement_voted(entry: Entry, does: str) -> Told:
    data = entry.data
    role = f" for {data['role']}" if data.get("role") else ""
    return Told("team", f"{data['by']} {does} version {data['version']} of the {data['kind']}{role}")


def _stood_down(entry: Entry) -> Told:
    data = entry.data
    done = f", with all {data['checklist']} things on the checklist done" if data["checklist"] else ""
    return Told("decision", f"{data['by']} decides that it is over{done}")


def _not_stood_down(entry: Entry) -> Told:
    data = entry.data
    left = f"; not done on the checklist: {data['left']}" if "left" in data else ""
    return Told("decision", f"{data['by']} says that it is not over yet{left}")


def _statement_in_force(entry: Entry) -> Told:
    data = entry.data
    before = f" in place of version {data['replaces']}" if "replaces" in data else ""
    which = f"version {data['version']} of the {data['kind']}"
    return Told("decision", f"{which} is in force{before} ({data['statement']})")


def _own_promise(entry: Entry) -> Told:
    promised = " and ".join(entry.data["promised"])
    return Told("alarm", f"a text of ours from the app promises what no statement allows: {promised}")


def _plain(entry: Entry) -> Told:
    known = {key: value for key, value in entry.data.items() if value is not None}
    details = "; ".join(f"{key.replace('_', ' ')}: {shown(value)}" for key, value in known.items())
    return Told("note", f"{entry.event}{f' ({details})' if details else ''}")


_TELLERS: Mapping[str, Callable[[Entry], Told]] = {
    "case opened": _case_opened,
    "message read": _message_read,
    "step waits": _step_waits,
    "statement drafted": _statement_drafted,
    "statement approved": lambda entry: _statement_voted(entry, "approves"),
    "statement refused": lambda entry: _statement_voted(entry, "refuses"),
    "statement in force": _statement_in_force,
    "stand-down proposed": lambda entry: Told("team", f"{entry.data['by']} thinks that it is over"),
    "stood down": _stood_down,
    "not stood down": _not_stood_down,
    "own text promised too much": _own_promise,
    "step done": _step_done,
    "choice is not open any more": _not_open,
    "wrote beside an offer": lambda entry: Told(
        "team", f"on_call is to answer what they wrote, which chooses nothing ({entry.data['task']})"
    ),
    "step skipped": _step_skipped,
    "step failed": _step_failed,
    "step will be tried again": _tried_again,
    "time is up": _time_is_up,
    "told again": _told_again,
    "text sent": _text_sent,
    "text was sent after all": lambda _: Told("us", "it is certain now that the customer got our text"),
    "text refused": _refused,
    "text refused for now": _refused_for_now,
    "text refused; its template goes instead": _template_instead,
    "not known whether the text left": _unsure,
    "text was not delivered": _not_delivered,
    "text handed to a colleague": _handed_over,
    "colleagues told": _colleagues_told,
    "task answered": _answered,
    "task items settled": _items_settled,
    "records held": _records_held,
    "hold lifted": _hold_lifted,
    "certificate issued": _certificate_issued,
    "promise kept": _promise_kept,
    "promise is near": _promise_near,
    "promise broken": _promise_broken,
    "run started": _run_started,
    "run finished": _run_finished,
    "run moved to another version": _run_moved,
    "incident opened": _incident_opened,
    "case joined": _case_joined,
    "case left": _case_left,
    "incident became worse": lambda entry: Told("alarm", f"it becomes more severe: {entry.data['severity']}"),
    "incident gathers": _incident_gathers,
    "incident merged": _incident_merged,
    "incident split": _incident_split,
    "review opened": _review_opened,
    "people added": _people_added,
    "recipient asked": _recipient_asked,
    "legal clock": _legal_clock,
    "procedure begins anew": _begins_anew,
    "procedure taken over": _taken_over,
    "room known": _room_known,
    "duties assigned": _duties_assigned,
    "severity overruled": _overruled,
    "kept silent": _kept_silent,
    "text waits": _text_waits,
    "text made anew": _text_made_anew,
    "update late": _update_late,
    "freeze lifted": _freeze,
    "freeze again": _freeze,
    "started alongside": _started_alongside,
    "own text objected to": _own_text,
    "follow-up started": _follow_up_started,
    "follow-up not needed": _follow_up_not_needed,
    "follow-up held": _follow_up_held,
    "follow-up held for too long": _follow_up_given_up,
    "follow-up waits for the morning": _follow_up_in_the_night,
    "records erased": _records_erased,
    "chat imported": _chat_imported,
    "data exported": _data_exported,
    "copy removed": _copy_removed,
    "customers merged": lambda _: Told("note", "two customers turned out to be the same person"),
    "moving failed": _moving_failed,
    "moved without Prefect": lambda _: Told("note", "this was done without Prefect, whose server was not there"),
}
