"""The bundle: all content of one moment — playbooks, replies, roles, facts, rule packs, word lists — as one frozen
thing with a digest. A run is started with a bundle and keeps it to its end."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from rules import personal_data
from rules.conditions import Condition
from rules.decision import Rule, RuleSet
from rules.deletion_plan import DeletionPlan, read_deletion_plan
from rules.guards import Guards, read_guards
from rules.hours import Hours, read_hours
from rules.language import Playbook, Verb
from rules.legal_clocks import LegalClock, read_legal_clocks
from rules.packs import Derived, Packs, read_packs
from rules.phrases import Phrases, read_phrases
from rules.playbook import read_playbook
from rules.problems import Place, Problems
from rules.read_once import read_once
from rules.reading import Verbs
from rules.remedies import Remedies, read_remedies
from rules.replies import Reply, read_reply
from rules.retention import Retention, read_retention
from rules.text import reading
from rules.text.voice import Voice
from rules.text.word_lists import WordLists
from rules.vocabulary import Vocabulary
from rules.voice.second_voice import SecondVoice
from rules.yaml_source import Source, read_text

FACTS = "rules/facts.yaml"
ROLES = "playbooks/roles.yaml"
HOURS = "playbooks/hours.yaml"
PACKS = "rules/packs/"
TRIAGE = "rules/packs/triage.yaml"
"""The one pack that there must be: how severe a message is decides who is woken."""
GUARDS = "rules/packs/guards.yaml"
LEGAL_CLOCKS = "playbooks/legal_clocks.yaml"
RETENTION = "playbooks/retention.yaml"
PHRASES = "playbooks/phrases.yaml"
DELETION_PLAN = "rules/deletion_plan.yaml"
REMEDIES = "rules/remedies.yaml"
TEST = ".test.yaml"
WORDS = "rules/words/"
EXAMPLES = "rules/checks/examples/"  # what the checks find, for people and for tests; not content
REPLIES = "playbooks/replies/"
RELEASES = "playbooks/releases/"
"""Where `firebreak release` keeps what it released. It is read to compare versions, and never as content."""
MOST_BRANCHES_READY = 100
"""How many rule sets of branches stay compiled: each takes up to 600 kB in the rule engine, and is made in no time."""

T = TypeVar("T")
Content = TypeVar("Content", Playbook, Reply)


def content_paths(root: Path) -> dict[str, Path]:
    """Path relative to `root` (with `/`) -> file, of every content file below `playbooks/` and `rules/` but tests."""
    return {
        path.relative_to(root).as_posix(): path
        for folder in ("playbooks", "rules")
        for path in sorted((root / folder).rglob("*.yaml"))
        if not path.name.endswith(TEST) and not path.relative_to(root).as_posix().startswith((EXAMPLES, RELEASES))
    }


def content_files(root: Path) -> dict[str, str]:
    """Path relative to `root` -> text, of every content file. Raises ContentError if one is not readable text."""
    problems = Problems()
    texts = {shown: read_text(path, problems, shown) for shown, path in content_paths(root).items()}
    problems.raise_errors()
    return {shown: text for shown, text in texts.items() if text is not None}


def hash_of(text: str) -> str:
    """The SHA-256 of a file's text, as UTF-8 with `\\n` line ends."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(hashes: Mapping[str, str]) -> str:
    """Sixteen hex digits that name exactly the content whose files (by path) have these hashes."""
    return hashlib.sha256(json.dumps(dict(hashes), sort_keys=True).encode()).hexdigest()[:16]


@dataclass
class Bundle:
    """Content that has been read and found sound. `files` is what it was read from, and all it takes to read it
    again."""

    files: Mapping[str, str]
    vocabulary: Vocabulary
    playbooks: Mapping[str, Playbook]
    replies: Mapping[str, Reply]
    roles: Mapping[str, str]
    packs: Packs
    guards: Guards
    words: WordLists
    hours: Hours
    sources: Mapping[str, Source] = field(repr=False)
    legal_clocks: Mapping[str, LegalClock] = field(default_factory=dict)
    deletion_plan: DeletionPlan | None = None
    """None in content that is older than such plans."""
    retention: Retention = field(default_factory=Retention)
    remedies: Remedies = field(default_factory=Remedies)
    """Content that is older than crises reads no text for what it promises."""
    phrases: Phrases = field(default_factory=Phrases)
    _branches: dict[tuple[Condition, ...], RuleSet] = field(default_factory=dict, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def digest(self) -> str:
        """Sixteen hex digits that name exactly this content."""
        return digest_of({path: hash_of(text) for path, text in self.files.items()})

    @property
    def triage(self) -> RuleSet:
        """The pack that says how severe a message is."""
        return self.packs.by_path[TRIAGE]

    def derive(self, facts: Mapping[str, object], wanted: Collection[str] | None = None) -> Derived:
        """Facts with all that the packs make of them, or only with what is `wanted`; see `Packs.derive`."""
        return self.packs.derive(facts, wanted)

    @cached_property
    def triggers(self) -> RuleSet:
        """The triggers of all playbooks that a message starts one of, as one rule set; `then` names the playbook."""
        one_of = [playbook for playbook in self.playbooks.values() if not playbook.alongside]
        return RuleSet("triggers", [rule for playbook in one_of for rule in _starting(playbook)], self.vocabulary)

    @cached_property
    def asides(self) -> Mapping[str, RuleSet]:
        """The triggers of every playbook that starts alongside others, each a rule set of its own, by its name."""
        return {
            name: RuleSet(f"triggers of {name}", _starting(playbook), self.vocabulary)
            for name, playbook in self.playbooks.items()
            if playbook.alongside and playbook.triggers
        }

    def reading_of(
        self,
        text: str,
        before: str | None = None,
        region: str | None = None,
        own_names: Iterable[str] = (),
        further: Iterable[Voice] = (),
    ) -> reading.Reading:
        """What a customer's text says, by the word lists of this bundle, the second voice and `further` ones, and which
        personal data stands in it. `before` is the locale that the conversation was in so far, `region` the customer's
        country (by the language, if nobody knows it) and `own_names` their names."""
        read = reading.read_text(text, self.words, before, [SecondVoice.load(), *further])
        if not text.strip():
            return read
        spans = personal_data.find(text, region or personal_data.HOME.get(str(read["locale"])), own_names)
        kinds = {name: value for name, value in personal_data.facts_of(spans).items() if name in self.vocabulary.facts}
        because = {name: ("personal data: its shape",) for name, value in kinds.items() if value}
        return reading.Reading({**read.facts, **kinds}, {**read.because, **because}, spans)

    def branches(self, conditions: tuple[Condition, ...]) -> RuleSet:
        """Conditions in order as a rule set: the first that holds is chosen; a rule's id is its number from 1."""
        with self._turn:
            known = self._branches.pop(conditions, None)
            if known is None:
                rules = [Rule(str(number), when, number) for number, when in enumerate(conditions, 1)]
                known = RuleSet("branches", rules, self.vocabulary)
            self._branches[conditions] = known  # last, as the one used last
            if len(self._branches) > MOST_BRANCHES_READY:
                self._branches.pop(next(iter(self._branches)))
            return known

    @classmethod
    def parse(cls, files: Mapping[str, str], verbs: Verbs, *, reads_texts: bool = True) -> Bundle:
        """Read all content; raises ContentError with every problem of every file. Without `reads_texts` the word lists
        are left alone: messages are read by the content in force, and by no older one that runs still go by."""
        problems = Problems()
        if reads_texts:
            bundle = cls.read(files, verbs, problems)
        else:
            bundle = cls.read({path: text for path, text in files.items() if not is_words(path)}, verbs, problems)
            if bundle is not None:
                bundle.files = files
        problems.raise_errors()
        assert bundle is not None, "content without a problem makes a bundle"
        return bundle

    @classmethod
    def read(cls, files: Mapping[str, str], verbs: Verbs, problems: Problems) -> Bundle | None:
        """Read all content and note every problem; None if it cannot be used."""
        return cls.of({path: Source.parse(text, path, problems) for path, text in files.items()}, verbs, problems)

    @classmethod
    def of(cls, found: Mapping[str, Source | None], verbs: Verbs, problems: Problems) -> Bundle | None:
        """The same from sources by path; None stands for a file that could not be read, which is noted already."""
        sources = dict(sorted(found.items()))
        before = len(problems.errors())
        vocabulary = _one(sources, FACTS, problems, Vocabulary.parse)
        replies = _many(
            {path: source for path, source in sources.items() if is_reply(path)},
            lambda source: read_once(read_reply, source, problems),
            problems,
        )
        roles = _one(sources, ROLES, problems, _read_roles)
        if vocabulary is None or any(problem.place.path == FACTS for problem in problems.errors()):
            return None  # everything else speaks about facts, and would complain about those that are faulty
        spoken = tuple(verbs.items())
        playbooks = _many(
            {path: source for path, source in sources.items() if is_playbook(path)},
            lambda source: read_once(_read_playbook, source, problems, vocabulary, spoken),
            problems,
        )
        # Optional, because bundles of running cases may be older than this file.
        hours = _one(sources, HOURS, problems, read_hours) if HOURS in sources else Hours()
        if TRIAGE not in sources:
            problems.error(Place(TRIAGE), "this file is missing", "file")
        written = {path: source for path, source in sources.items() if is_pack(path) and source is not None}
        packs = read_packs(written, vocabulary, problems)
        guards = _one(sources, GUARDS, problems, read_guards, vocabulary)
        lists = [source for path, source in sources.items() if is_words(path) and source is not None]
        facts = sources[FACTS]
        words = _words(tuple((source.path, source.text) for source in lists), facts.text if facts else "")
        if words is None:
            words = WordLists.parse(lists, vocabulary, problems)
        law = sources.get(LEGAL_CLOCKS)
        clocks = {} if law is None else read_once(read_legal_clocks, law, problems, vocabulary)
        places = sources.get(DELETION_PLAN)
        plan = None if places is None else read_once(read_deletion_plan, places, problems, vocabulary)
        kept = _one(sources, RETENTION, problems, read_retention) if RETENTION in sources else Retention()
        promises = _one(sources, REMEDIES, problems, read_remedies) if REMEDIES in sources else Remedies()
        put_into_words = sources.get(PHRASES)
        phrases = Phrases() if put_into_words is None else read_once(read_phrases, put_into_words, problems, vocabulary)
        sound = {path: source for path, source in sources.items() if source is not None}
        if len(sound) < len(sources) or len(problems.errors()) > before:
            return None
        if roles is None or packs is None or guards is None or hours is None:  # missing, which was an error
            return None
        if kept is None or phrases is None or promises is None:
            return None
        files = {path: source.text for path, source in sound.items()}
        return cls(
            files,
            vocabulary,
            playbooks,
            replies,
            roles,
            packs,
            guards,
            words,
            hours,
            sound,
            legal_clocks=clocks,
            deletion_plan=plan,
            retention=kept,
            remedies=promises,
            phrases=phrases,
        )


@lru_cache(maxsize=4)
def _words(lists: tuple[tuple[str, str], ...], facts: str) -> WordLists | None:
    """The word lists of these files (path and text), if they are sound. Kept, because they hardly ever change from one
    bundle to the next, and what finds their ten thousand phrases is made once for them."""
    problems = Problems()
    read = [Source.parse(text, path, problems) for path, text in lists]
    written = Source.parse(facts, FACTS, problems)
    vocabulary = Vocabulary.parse(written, problems) if written is not None else Vocabulary({})
    words = WordLists.parse([source for source in read if source is not None], vocabulary, problems)
    return None if problems.items else words


def is_playbook(path: str) -> bool:
    """Whether the content file at `path` is a procedure."""
    elsewhere, others = (REPLIES, RELEASES), (ROLES, HOURS, LEGAL_CLOCKS, RETENTION, PHRASES)
    return path.startswith("playbooks/") and not path.startswith(elsewhere) and path not in others


def is_pack(path: str) -> bool:
    """Whether the content file at `path` is a rule pack."""
    return path.startswith(PACKS) and path != GUARDS


def is_words(path: str) -> bool:
    """Whether the content file at `path` holds the word lists of a language."""
    return path.startswith(WORDS)


def is_reply(path: str) -> bool:
    """Whether the content file at `path` is a reply text."""
    return path.startswith(REPLIES)


def _starting(playbook: Playbook) -> list[Rule]:
    """The triggers of a playbook as rules; `then` names it."""
    return [
        Rule(f"{playbook.name}#{number}", trigger.when, trigger.priority, {"playbook": playbook.name})
        for number, trigger in enumerate(playbook.triggers, 1)
    ]


def _read_playbook(
    source: Source, vocabulary: Vocabulary, verbs: tuple[tuple[str, type[Verb]], ...], problems: Problems
) -> Playbook | None:
    return read_playbook(source, vocabulary, dict(verbs), problems)


def _one(
    sources: Mapping[str, Source | None], path: str, problems: Problems, read: Callable[..., T | None], *by: Hashable
) -> T | None:
    if path not in sources:
        problems.error(Place(path), "this file is missing", "file")
        return None
    source = sources[path]
    return read_once(read, source, problems, *by) if source is not None else None


def _many(
    sources: Mapping[str, Source | None], read: Callable[[Source], Content | None], problems: Problems
) -> dict[str, Content]:
    found: dict[str, Content] = {}
    paths: dict[str, str] = {}
    for path, source in sources.items():
        each = read(source) if source is not None else None
        if each is None or source is None:
            continue
        if each.name in found:
            message = f'"{each.name}" is also the name of {paths[each.name]}; rename one of them'
            problems.error(source.place(), message, "duplicate-name")
        found[each.name], paths[each.name] = each, path
    return found


def _read_roles(source: Source, problems: Problems) -> Mapping[str, str]:
    data: Any = source.data
    if not isinstance(data, dict):
        problems.error(source.place(), "roles are a mapping: `on_call: who that is, in a sentence`", "shape")
        return {}
    for role, meaning in data.items():
        if not isinstance(meaning, str) or not meaning.strip():
            problems.error(source.place((role,)), f'say in a sentence who "{role}" is', "role-meaning")
    return data
