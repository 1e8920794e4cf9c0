"""The words of the content in another language: `rules/wording/LANGUAGE.yaml` maps a sentence as it stands in the
content to the same in that language."""

from __future__ import annotations

from rules.bundle import Bundle

FOLDER = "rules/wording/"


def in_language(bundle: Bundle, text: str, language: str) -> str:
    """A sentence of the content in this language, or as it is written where the content has no words for it in that."""
    source = bundle.sources.get(f"{FOLDER}{language}.yaml")
    known = source.data if source is not None else None
    return str(known.get(" ".join(text.split()), text)) if isinstance(known, dict) else text
