"""Content of any size: as many playbooks as wanted, each with a reply, a test and a trigger of its own.

The triggers are what a large organisation would write: every department has its subjects, many at one priority, kept
apart by what the message is about. Whoever compares each with each other is found out here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.shelf import ROOT
from rules.lock import write_lock

_REPLY = """\
reply: hall/{name}
version: 1.0.0
text:
  en: |
    Hello {{name|there}}, we have your message about {name} and somebody who knows about it reads it within the hour.
  zh-CN: |
    {{name|您}}好，您的消息已经收到，懂这件事的同事一小时内会看。
template: {{name: hall_{number}, category: utility}}
"""

_PLAYBOOK = """\
playbook: {name}
version: 1.0.0
title: A message about subject {number} of the town hall
scope: case

triggers:
  - when: {{topic: subject_{number}, place: private}}
    priority: 40
  - when: {{topic: subject_{number}, place: group, contact_count_this_week: {{at_least: {often}}}}}
    priority: 41

promises:
  first_reply: {{within: 10 minutes, on_breach: {{escalate: {{to: shift_lead, why: Nobody has answered yet}}}}}}

steps:
  - id: received
    reply: hall/{name}
  - id: look
    name: Somebody who knows about it looks
    ask:
      who: on_call
      question: Please read the message. Is it about an order?
      form: {{dispute: any}}
    timeout: 4 hours
    on_timeout: {{notify: {{who: shift_lead, message: Nobody has looked for four hours}}}}
  - id: which_way
    choose:
      - when: {{dispute: open}}
        steps:
          - escalate: {{to: on_call, why: A dispute is open about this, again_every: 1 hour}}
    otherwise:
      - label: nothing_open
  - close: answered
"""

_TEST = """\
tests: {name}
scenarios:
  - name: It is read and closed
    given: {{topic: subject_{number}, place: private}}
    timeline:
      - customer says: Good evening, this is about number {number}
      - answer: {{dispute: none}}
    expect:
      - opened: {name}
      - reply: hall/{name}
        locale: en
      - closed: answered
    never:
      - told: shift_lead
"""


def build(root: Path, playbooks: int) -> Path:
    """Make content with that many playbooks below `root`, beside the rules that are shipped, and release it."""
    shutil.copytree(ROOT / "rules", root / "rules", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    folder = root / "playbooks"
    (folder / "replies" / "hall").mkdir(parents=True)
    shutil.copy(ROOT / "playbooks" / "roles.yaml", folder / "roles.yaml")
    topics = "".join(f"    subject_{number}: Subject {number} of the town hall\n" for number in range(playbooks))
    with (root / "rules" / "facts.yaml").open("a", encoding="utf-8") as facts:
        facts.write(f"\ntopic:\n  kind: choice\n  values:\n{topics}  meaning: What it is about\n  source: team\n")
    for number in range(playbooks):
        words = {"number": number, "name": f"hall-{number}", "often": number % 7 + 1}
        (folder / f"hall_{number}.yaml").write_text(_PLAYBOOK.format(**words), encoding="utf-8")
        (folder / f"hall_{number}.test.yaml").write_text(_TEST.format(**words), encoding="utf-8")
        (folder / "replies" / "hall" / f"hall-{number}.yaml").write_text(_REPLY.format(**words), encoding="utf-8")
    write_lock(root)
    return root
