"""Profiles: `pytest tests/rules --hypothesis-profile=long` is for changes to the engine, and takes minutes."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("long", max_examples=4_000, deadline=None)
