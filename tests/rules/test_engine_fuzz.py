"""No input that passes the gate of facts ends or hangs the process, whatever the rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[2]
LONG = settings.get_current_profile_name() == "long"
QUESTIONS = 100_000 if LONG else 2_000


@pytest.mark.parametrize("seed", range(4 if LONG else 1))
def test_odd_facts_and_odd_rules_neither_end_nor_hang_the_process(seed: int) -> None:
    """The engine ends the process, or never returns, on input that it does not like: one message would stop all."""
    command = [sys.executable, "-m", "tests.rules.engine_fuzz", str(seed), str(QUESTIONS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stderr
    answered, _, refused, _ = done.stdout.split()
    assert int(answered) > QUESTIONS / 2
    assert int(refused) > QUESTIONS / 20
