"""What `firebreak rehearse` can play: scenarios, words, a past case, an imported chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.rehearsal.course import Course, Rehearsed
from flows.rehearsal.scenario import Event, Says

if TYPE_CHECKING:
    from flows.chats.reading import Said
    from flows.rehearsal.deeds import Past
    from flows.rehearsal.events import MessageKind
    from flows.rehearsal.play import Played
    from flows.rehearsal.scenario import Scenario
    from flows.rehearsal.stage import Stage
    from flows.shelf import Shelf
    from flows.telling.story import Line


@dataclass(frozen=True)
class Playable:
    """Something that can be played under any content. `about` is the playbook whose versions it is held against;
    `beside` are lines of what was really said then."""

    title: str
    about: str
    zone: ZoneInfo
    course: Course | Scenario | Past
    beside: Sequence[Line] = field(default=(), repr=False)

    def play(self, shelf: Shelf) -> Rehearsed:
        """Play it under the content of this shelf."""
        from flows.rehearsal.again import play_again
        from flows.rehearsal.deeds import Past
        from flows.rehearsal.play import play

        if isinstance(self.course, Course):
            return self.course.play(shelf)
        if isinstance(self.course, Past):
            return play_again(shelf, self.course, self.zone)
        return _rehearsed(play(shelf, self.course))


def _rehearsed(played: Played) -> Rehearsed:
    return Rehearsed(played.happened, played.stories, (), played.complaints)


def scenarios_in(shelf: Shelf, path: Path) -> Iterator[Playable]:
    """The scenarios of a file; raises `ContentError`."""
    from flows.cli.scenarios import read_files
    from flows.shelf import ROOT

    (file,) = read_files([path], shelf.current, ROOT)
    for scenario in file.scenarios:
        yield Playable(scenario.name, file.tests, scenario.zone, scenario)


def past_case(past: Past, zone: ZoneInfo) -> Playable:
    """A case of the store."""
    return Playable(f"what happened in {past.case}, played again", past.playbook, zone, past)


def chat(path: Path, name: str | None, we: str | None, dates: str | None, time: timedelta, zone: ZoneInfo) -> Playable:
    """An exported chat: everyone but us is a customer. Then so much time passes."""
    from flows.chats.files import NotAChat
    from flows.chats.reading import read_chat
    from rules.problems import did_you_mean

    found = read_chat(path, zone, dates, {we} if we is not None else ())
    # What was deleted, and a call that nobody took, were never there to be answered.
    written = [each for each in found.said if each.sender and each.kind not in ("deleted", "call")]
    senders = found.senders
    if we not in senders:
        them = ", ".join(f'"{sender}"' for sender in senders)
        strange = f'Nobody in {path} is called "{we}"{did_you_mean(we, senders)}. ' if we is not None else ""
        raise NotAChat(f"{strange}Who of these is the business? Say it with --we NAME: {them}")
    people = {sender: number for number, sender in enumerate((each for each in senders if each != we), 1)}
    theirs = [each for each in written if each.sender in people]
    if not theirs:
        raise NotAChat(f"Only {we} has written in {path}: there is nothing to answer.")

    def act(stage: Stage) -> Iterable[str]:
        for each in theirs:
            stage.pass_time(max(each.at - stage.clock.now(), timedelta(0)))
            stage.happen(_said(each, people))
        stage.pass_time(time)
        return ()

    course = Course(f"the chat {path.name}", act, theirs[0].at, zone)
    ours = [_line(each) for each in written if each.sender == we]
    return Playable(course.title, name or "", zone, course, ours)


_AS: Mapping[str, MessageKind] = {
    "text": "text",
    "poll": "text",
    "image": "image",
    "sticker": "image",
    "audio": "audio",
    "video": "video",
}
"""What a message of a chat is played as; of the rest the rules read as little as of a document."""


def _said(each: Said, people: Mapping[str, int]) -> Event:
    said = Says(
        each.text,
        _AS.get(each.kind, "document"),
        in_group=len(people) > 1,
        name=each.sender,
        customer=people[each.sender],
    )
    return Event(customer_says=said)


def _line(each: Said) -> Line:
    from flows.telling.story import Line

    return Line(each.at, "note", f"then, {each.sender} wrote", each.text or f"({each.kind})")
