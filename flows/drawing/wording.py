"""The words of the content in another language: `rules/wording/LANGUAGE.yaml` maps a sentence as it stands in the
content (or on the card) to the same in that language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from flows.errors import FirebreakError
from rules.bundle import Bundle
from rules.problems import did_you_mean
from rules.replies import DEFAULT_LOCALE
from rules.translations import FOLDER

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass
class Wording:
    """Says sentences in one language. `missing` are those that had no words in it and stand as they were written."""

    language: str
    table: dict[str, str]
    missing: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, bundle: Bundle, language: str) -> Wording:
        """The wording of a bundle in a language. FirebreakError when there is none or when it cannot be used."""
        there = languages(bundle)
        if language not in there:
            hint = did_you_mean(language, there) or f"; there is {', '.join(there)}"
            raise FirebreakError(f'There are no words in "{language}"{hint}')
        if language == DEFAULT_LOCALE:
            return cls(language, {})
        path = f"{FOLDER}{language}.yaml"
        data: Any = bundle.sources[path].data
        if not isinstance(data, dict) or not all(isinstance(each, str) for each in data.values()):
            raise FirebreakError(f"{path} should be a mapping, one `sentence: the same in {language}` after the other.")
        return cls(language, data)

    def __call__(self, text: str) -> str:
        """The sentence in this language, or as it is when it is written in it already or when words are missing."""
        plain = " ".join(text.split())
        if not plain or self.language == DEFAULT_LOCALE or (self.language.startswith("zh") and _CHINESE.search(plain)):
            return plain
        if plain not in self.table and plain not in self.missing:
            self.missing.append(plain)
        return self.table.get(plain, plain)

    @property
    def colon(self) -> str:
        """What stands between a name and what is said of it."""
        return "：" if self.language.startswith("zh") else ": "


def languages(bundle: Bundle) -> list[str]:
    """The languages that the content has words in, the business's own first."""
    found = [PurePosixPath(path).stem for path in bundle.files if path.startswith(FOLDER)]
    return [DEFAULT_LOCALE, *sorted(found)]
