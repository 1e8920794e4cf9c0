"""The crowd of a surge rehearsal: the same from the same seed, and as mixed as a real one."""

from __future__ import annotations

from collections import Counter, defaultdict

from flows.surge.crowd import LANGUAGES, LEVELS, Words, gather


def test_the_same_seed_gathers_the_same_crowd() -> None:
    """Two versions of Firebreak could not be held against each other."""
    assert gather(300, 7, 50) == gather(300, 7, 50)
    assert gather(300, 7, 50) != gather(300, 8, 50)


def test_everybody_writes_and_some_of_everything_happens() -> None:
    """A rehearsal would pass that had never met a photo, a group, a lawyer or a message delivered twice."""
    crowd = gather(2000, 1, 100)
    assert len(crowd.customers) == 2000
    assert {each.wa_id for each in crowd.words} == crowd.customers.keys()
    assert {each.locale for each in crowd.customers.values()} == set(LANGUAGES)
    assert {each.level for each in crowd.customers.values()} == set(LEVELS.values())
    assert any(each.topic == "lawyer" for each in crowd.customers.values())
    assert any(each.group_id for each in crowd.words)
    assert any(each.photo for each in crowd.words)
    assert 0 < len(crowd.words) - crowd.messages < crowd.messages / 4


def test_what_is_delivered_twice_is_the_same_message_and_comes_later() -> None:
    """A second delivery under another id would be a second message, and nothing would be found out by it."""
    by_id: defaultdict[str, list[Words]] = defaultdict(list)
    for each in gather(500, 3, 100).words:
        by_id[each.wamid].append(each)
    twice = [several for several in by_id.values() if len(several) > 1]
    assert twice
    for first, second in twice:
        assert (first.again, second.again) == (False, True)
        assert (first.wa_id, first.text, first.group_id) == (second.wa_id, second.text, second.group_id)
        assert first.at <= second.at


def test_the_crowd_grows_and_then_comes_evenly() -> None:
    """A crowd that is there at once is no surge: nobody could see whether Firebreak keeps up with its growth."""
    firsts: dict[str, float] = {}
    for each in gather(3000, 1, 100).words:
        firsts.setdefault(each.wa_id, each.at)
    seconds = Counter(int(at) for at in firsts.values())
    assert seconds[0] < 40 < seconds[5]
    steady = [seconds[second] for second in range(8, 25)]
    assert 80 < sum(steady) / len(steady) < 120
