"""Checking all content of a folder: every problem of every file in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rules.allowed import without_allowed
from rules.bundle import FACTS, TEST, Bundle, content_paths, is_playbook, is_reply
from rules.checks import problems_of
from rules.lock import Lock, Locked
from rules.problems import Place, Problem, Problems, did_you_mean
from rules.reading import Verbs
from rules.releases import kept_problems
from rules.scenarios import unplayed
from rules.vocabulary import Vocabulary
from rules.yaml_source import Source

ReadTest = Callable[[Source, Vocabulary, Problems, Bundle | None], object]
"""Reads a playbook's test file and notes its problems; with the bundle, also names that nothing in it has."""

NEEDS_EVERY_FILE = (
    "idle-clock",
    "never-known",
    "no-pack",
    "no-word-list",
    "promise-never-kept",
    "unknown-playbook",
    "unknown-reply",
    "unproven-claim",
)
"""Checks that find something in a sound file only because another one, to which it points, cannot be read."""


def check_content(
    root: Path, verbs: Verbs, paths: Iterable[Path] | None = None, read_test: ReadTest | None = None
) -> list[Problem]:
    """Everything that is wrong with the content below `root` (the folder that holds `playbooks/` and `rules/`), in
    the order of files and lines.

    The checks that look at the content as a whole run once every file can be read. With `paths` (files or folders)
    everything is read all the same, and only what stands there is reported. `read_test` reads `*.test.yaml` files.
    Whatever a file holds, this returns problems and does not raise.
    """
    problems = Problems()
    sources = {shown: Source.read(path, problems, shown) for shown, path in content_paths(root).items()}
    lock = Lock.read(root, problems)
    bundle = check_sources(sources, verbs, lock, problems)
    problems.items += kept_problems(root, lock) if lock is not None else ()
    facts = sources.get(FACTS)
    if any(problem.place.path == FACTS for problem in problems.errors()):
        facts = None  # the tests speak about facts too, and would complain about every one that is faulty
    tests = _check_tests(root, facts, bundle, read_test, problems)
    if bundle is not None:
        problems.items += unplayed(bundle, [source for source in tests.values() if source is not None])
    _check_file_names(root, problems)
    problems.items = without_allowed(problems.items, {**sources, **tests}, complete=bundle is not None)
    return list(problems) if paths is None else _only(list(problems), root, paths)


def check_sources(
    sources: Mapping[str, Source | None], verbs: Verbs, lock: Lock | None, problems: Problems
) -> Bundle | None:
    """The same for files already read, by path (None: not readable, which is noted): the bundle, if they make one."""
    placed = {path: _in_its_place(path, source, problems) for path, source in sources.items()}
    bundle = Bundle.of(placed, verbs, problems)
    if bundle is None:
        _check_the_rest(placed, verbs, problems)
        return None
    problems.items += problems_of(bundle)
    for source in bundle.sources.values() if lock is not None else ():
        now = Locked.of(source)
        objection = lock.objection(now) if lock is not None and now is not None else None
        if objection is not None:
            problems.items.append(objection)
    return bundle


def _check_the_rest(sources: Mapping[str, Source | None], verbs: Verbs, problems: Problems) -> None:
    """What the checks find in the files that can be read, and what cannot be the fault of those that can not."""
    faulty = {problem.place.path for problem in problems.errors()}
    sound = {path: source for path, source in sources.items() if source is not None and path not in faulty}
    rest = Bundle.of(sound, verbs, Problems())
    if rest is not None and len(sound) < len(sources):
        problems.items += (problem for problem in problems_of(rest) if problem.check not in NEEDS_EVERY_FILE)


def _in_its_place(path: str, source: Source | None, problems: Problems) -> Source | None:
    """The source again; None, with one line instead of a dozen, if a reply lies among the playbooks or the reverse."""
    data = source.data if source is not None and isinstance(source.data, dict) else {}
    if is_playbook(path) and "reply" in data and "playbook" not in data:
        message = "this is a reply; it belongs into playbooks/replies/"
    elif is_reply(path) and "playbook" in data and "reply" not in data:
        message = "this is a playbook; it belongs into playbooks/, not among the replies"
    else:
        return source
    problems.error(Place(path), message, "misplaced-file")
    return None


def _check_tests(
    root: Path, facts: Source | None, bundle: Bundle | None, read_test: ReadTest | None, problems: Problems
) -> dict[str, Source | None]:
    """Read the tests beside the playbooks: a test that cannot be read, or that tests nothing, is worth nothing.
    Without the facts of which they speak, only that they are YAML is looked at."""
    vocabulary = None if facts is None else Vocabulary.parse(facts, Problems())
    found: dict[str, Source | None] = {}
    for path in sorted((root / "playbooks").rglob(f"*{TEST}")):
        shown = path.relative_to(root).as_posix()
        source = found[shown] = Source.read(path, problems, shown)
        if source is None:
            continue
        if read_test is not None and vocabulary is not None:
            read_test(source, vocabulary, problems, bundle)
        tested = source.data.get("tests") if isinstance(source.data, dict) else None
        if bundle is not None and isinstance(tested, str) and tested not in bundle.playbooks:
            message = f'no playbook is called "{tested}"{did_you_mean(tested, bundle.playbooks)}'
            problems.error(source.place(("tests",)), message, "unknown-playbook")
    return found


def _check_file_names(root: Path, problems: Problems) -> None:
    """A file that looks like content and is not read would be missed in silence."""
    for path in sorted((root / "playbooks").rglob("*.yml")):
        shown = path.relative_to(root).as_posix()
        problems.error(Place(shown), "this file is not read; let its name end in .yaml", "file-name")


def _only(problems: list[Problem], root: Path, paths: Iterable[Path]) -> list[Problem]:
    """The problems in these files and folders."""
    chosen: list[str] = []
    missing: list[Problem] = []
    for path in paths:
        here = path if path.is_absolute() or path.exists() else root / path
        try:
            inside = here.resolve().relative_to(root.resolve()).as_posix()
        except ValueError:
            inside = None
        if inside is None or not here.exists():
            message = "there is no such file or folder" if not here.exists() else f"this is not below {root}"
            missing.append(Problem(Place(str(path)), "error", message, "file"))
        else:
            chosen.append(inside)
    return missing + [
        problem
        for problem in problems
        if any(each in (".", problem.place.path) or problem.place.path.startswith(f"{each}/") for each in chosen)
    ]
