"""Reading a YAML file into plain data together with the place of every key and value.

YAML 1.2 core schema, so `no` and `on` stay words. Content files are small and plain: anchors, tags, several
documents and very large or very deep files are refused with one clear line, in bounded time and memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rules.problems import Place, Problems

Keys = tuple[str | int, ...]

LARGEST_FILE = 1_000_000  # bytes; the largest procedure written so far has 9,000
DEEPEST_NESTING = 40

_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


@dataclass
class Source:
    """One content file: its data, and where each part of it stands.

    `data` is made of dict, list, str, int, float, bool and None. A mapping keeps the order of the file.
    """

    path: str
    text: str
    data: Any = None
    places: dict[Keys, Place] = field(default_factory=dict)

    def place(self, keys: Keys = ()) -> Place:
        """The place of the part reached by `keys` (a mapping's entry: its key), or of the nearest part around it."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        return self.places.get(keys, Place(self.path))

    @classmethod
    def read(cls, path: Path, problems: Problems, shown: str | None = None) -> Source | None:
        """Read a file; on any problem note it and return None."""
        name = shown or str(path)
        try:
            if path.stat().st_size > LARGEST_FILE:
                problems.error(Place(name), f"the file is larger than {LARGEST_FILE:,} bytes", "file-size")
                return None
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            problems.error(Place(name), f"not UTF-8 text (byte {error.start}); save it as UTF-8", "encoding")
            return None
        except IsADirectoryError:
            problems.error(Place(name), "this is a folder; name a .yaml file", "file")
            return None
        except OSError as error:
            problems.error(Place(name), f"cannot be read: {error.strerror or error}", "file")
            return None
        return cls.parse(text, name, problems)

    @classmethod
    def parse(cls, text: str, path: str, problems: Problems) -> Source | None:
        """Parse text that stands for the file `path`; on any problem note it and return None."""
        source = cls(path, text)
        if len(text) > LARGEST_FILE:
            problems.error(Place(path), f"the file is larger than {LARGEST_FILE:,} characters", "file-size")
            return None
        try:
            node = YAML(pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
            problems.error(place, _in_plain_words(str(error.problem or error)), "yaml")
            return None
        except RecursionError:
            problems.error(Place(path), f"nested deeper than {DEEPEST_NESTING} levels", "yaml")
            return None
        except (YAMLError, ValueError) as error:
            problems.error(Place(path), _in_plain_words(str(error).splitlines()[0]), "yaml")
            return None
        if node is None:
            problems.error(Place(path), "the file is empty", "yaml")
            return None
        before = len(problems.items)
        source.data = _Builder(source, problems).build(node, ())
        return source if len(problems.items) == before else None


class _Builder:
    """Turns composed nodes into plain data, noting places and refusing what content never needs."""

    def __init__(self, source: Source, problems: Problems):
        self.source = source
        self.problems = problems
        self.met: set[int] = set()

    def build(self, node: Node, keys: Keys) -> Any:
        place = self._place(node)
        self.source.places.setdefault(keys, place)
        if len(keys) > DEEPEST_NESTING:
            self.problems.error(place, f"nested deeper than {DEEPEST_NESTING} levels", "yaml")
            return None
        if id(node) in self.met or node.anchor is not None:
            self.problems.error(place, "anchors (&) and aliases (*) are not used here; write it out", "yaml-anchor")
            return None
        self.met.add(id(node))
        if str(node.tag) not in _PLAIN_TAGS:
            self.problems.error(place, f"the tag {node.tag} is not used here; write a plain value", "yaml-tag")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*keys, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _mapping(self, node: MappingNode, keys: Keys) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
                self.problems.error(place, "a key is one plain word", "yaml-key")
                continue
            key = str(key_node.value)
            if key in found:
                self.problems.error(place, f'"{key}" stands here twice; keep one', "duplicate-key")
                continue
            self.source.places[(*keys, key)] = place
            found[key] = self.build(value_node, (*keys, key))
        return found

    def _scalar(self, node: ScalarNode, place: Place) -> Any:
        kind, value = str(node.tag).rsplit(":", 1)[1], node.value
        try:
            if kind == "int":
                return int(value.replace("_", ""), 0) if value[:2].lower() in ("0x", "0o", "0b") else int(value)
            if kind == "float":
                return float(value.replace("_", ""))
        except ValueError:
            self.problems.error(place, f'"{value[:40]}" is not a number that can be used', "yaml")
            return None
        if kind == "bool":
            return value.lower() == "true"
        return None if kind == "null" else str(value)

    def _place(self, node: Node) -> Place:
        return Place(self.source.path, node.start_mark.line + 1, node.start_mark.column + 1)


def _in_plain_words(problem: str) -> str:
    if "\\t" in problem or "'\t'" in problem:
        return "a tab stands where only spaces may; indent with spaces"
    if "duplicate key" in problem:
        return f"{problem.splitlines()[0]}; keep one"
    return f"not readable as YAML: {problem}"
