"""The templates that Meta would have approved for our replies."""

from __future__ import annotations

from collections.abc import Iterable

from flows.practice.templates import Category, PracticeTemplate
from rules.replies import Reply

_CATEGORIES: dict[str, Category] = {"utility": "UTILITY", "marketing": "MARKETING"}


def templates_of(replies: Iterable[Reply]) -> list[PracticeTemplate]:
    """A practice template for every language of every reply that has one."""
    return [
        PracticeTemplate(
            reply.template.name,
            locale.replace("-", "_"),
            _CATEGORIES[reply.template.category],
            reply.template_body(locale),
        )
        for reply in replies
        if reply.template is not None
        for locale in reply.text
    ]
