"""Correct, if unusual: content that is written in another way than the shipped one has no error."""

from __future__ import annotations

import pytest

from tests.rules.shipped import errors_with, text

PLAYBOOK = "playbooks/unusual.yaml"
HEAD = "playbook: unusual\nversion: 1.0.0\ntitle: Written in another way\nscope: case\n"

UNUSUAL = {
    "all in one line": "{playbook: unusual, version: 1.0.0, title: In one line, scope: case, steps: [{close: done}]}",
    "as JSON": '{"playbook": "unusual", "version": "1.0.0", "title": "x", "scope": "case", "steps": {"close": "done"}}',
    "keys in quotes": f"""{HEAD}"steps":\n  - "reply": 'deletion/heard'\n  - 'close': "done"\n""",
    "one step without a dash": f"{HEAD}steps:\n  close: done\n",
    "one step on the line of its key": f"{HEAD}steps: {{close: done}}\n",
    "a dash on a line of its own": f"{HEAD}steps:\n  -\n    reply: deletion/heard\n  -\n    close: done\n",
    "not indented lists": f"{HEAD}steps:\n- reply: deletion/heard\n- close: done\n",
    "wide indents": f"{HEAD}steps:\n        - reply: deletion/heard\n        - close: done\n",
    "comments everywhere": f"# one\n{HEAD}# two\nsteps: # three\n  # four\n  - reply: deletion/heard # five\n# six\n\n"
    "  - close: done\n# seven",
    "the marks of a document": f"---\n{HEAD}steps: {{close: done}}\n...\n",
    "no line end at the end": f"{HEAD}steps: {{close: done}}",
    "folded texts": f"""{HEAD}steps:
  - notify:
      who: on_call
      message: >-
        A long message
        over several lines: with a colon, a "quote", a # sign

        and a paragraph.
  - notify:
      who: on_call
      message: |
        Line by line
          and indented
  - notify: {{who: on_call, message: "quoted: with \\"quotes\\" and a \\u2713"}}
  - notify: {{who: on_call, message: 'it''s quoted'}}
  - close: done
""",
    "another alphabet": HEAD.replace("Written in another way", "投诉：处理流程 — ü ñ 😀")
    + "steps:\n  - name: 第一步，先看看\n    notify: {who: on_call, message: 请看：有投诉，尽快！}\n  - close: done\n",
    "every modifier": f"""{HEAD}promises:
  first_reply: {{within: 10 minutes}}
  answered: {{within: 20 days, warn_before: 1 day, on_breach: {{notify: {{who: on_call, message: Late}}}}}}
steps:
  - id: everything
    name: With every modifier
    if: {{severity: urgent}}
    ask: {{who: on_call, question: Is it so?, form: {{dispute: any}}}}
    timeout: 1 day
    on_timeout:
      - assume: {{dispute: open}}
    on_failure: {{notify: {{who: on_call, message: It failed}}}}
    retry: {{times: 2, wait: 10 seconds}}
    keeps: answered
  - id: said
    name: The text, too
    if: {{dispute: open}}
    reply: deletion/heard
    on_failure: {{notify: {{who: on_call, message: It failed}}}}
    retry: {{times: 2}}
    timeout: 1 day
    on_timeout: {{notify: {{who: on_call, message: It did not leave}}}}
  - close: done
""",
    "durations of every unit": HEAD
    + "steps:\n"
    + "".join(
        f"  - wait_for: {duration}\n"
        for duration in ("1 second", "2 seconds", "1 minute", "2 minutes", "1 hour", "2 hours", "1 day", "2 days",
                         "1 week", "2 weeks", "1 day 2 hours", "1 hour 30 minutes", "90 minutes", "2  Days", "'3 days'",
                         "1hour", "36500 days")
    ),
    "conditions in conditions": f"""{HEAD}steps:
  - if:
      all:
        - any: [{{severity: urgent}}, {{not: {{dispute: known}}}}, {{all: [{{place: group}}, {{has_photo: false}}]}}]
        - not: {{any: [{{legal_hold: true}}, {{intent: unknown}}]}}
        - {{severity: {{at_least: general, at_most: urgent}}, contact_count_this_week: {{more_than: 2, less_than: 9}}}}
    label: seen
  - if: {{time_since_message: {{at_most: 48 hours}}, evidence_value: {{one_of: [low, unknown]}}, locale: known}}
    label: [one, two]
  - choose:
      - when: {{backup_status: {{at_least: possible}}}}
        steps: {{label: a}}
      - when: {{backup_status: none}}
        steps:
          choose:
            - when: {{demand: mask_details}}
              steps: {{label: b}}
          otherwise: {{label: c}}
  - close: done
""",
    "a condition that an answer makes true": f"""{HEAD}steps:
  - assume: {{dispute: none}}
  - ask: {{who: on_call, question: Is there a dispute?, form: {{dispute: any}}}}
    timeout: 1 day
    on_timeout: {{label: nobody_knows}}
  - if: {{dispute: open}}
    label: dispute
""",
    "several triggers": HEAD
    + "triggers:\n  - when: {intent: other, place: group, has_photo: true}\n    priority: 3\n"
    "  - {when: {intent: unknown, message_kind: button, open_case: true}, priority: 4}\nsteps: {close: done}\n",
    "deep and legal": HEAD
    + "steps:\n"
    + "".join(
        f"{indent}  - choose:\n{indent}    - when: {{contact_count_this_week: {{more_than: {depth}}}}}\n"
        f"{indent}      steps:\n"
        for depth, indent in enumerate("    " * depth for depth in range(6))
    )
    + f"{'    ' * 6}    - close: done\n",
    "a follow-up to itself that ends": f"{HEAD}steps:\n  - reply: deletion/check-in\n"
    "  - follow_up: {after: 30 days, playbook: unusual, unless: {problem_solved: true}}\n  - close: done\n",
    "no is a word": f"{HEAD}steps:\n  - notify: {{who: on_call, message: no}}\n"
    "  - notify: {who: on_call, message: on}\n  - close: yes\n",
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(UNUSUAL))
def test_an_unusual_way_of_writing_is_no_error(how: str) -> None:
    """Somebody who writes YAML in another way than we do would be told that it is wrong."""
    assert [str(problem) for problem in errors_with(PLAYBOOK, UNUSUAL[how])] == []


@pytest.mark.parametrize("how", sorted(UNUSUAL))
def test_line_ends_of_another_system_are_no_error(how: str) -> None:
    """A designer on Windows could not check anything."""
    assert [str(problem) for problem in errors_with(PLAYBOOK, UNUSUAL[how].replace("\n", "\r\n"))] == []


def test_a_reply_may_be_written_in_another_way() -> None:
    """A reply in one line, in one more language or without a template would be refused."""
    for written in (
        "{reply: a/b, version: 1.0.0, text: {en: Hello, zh-CN: 您好}}",
        'reply: a\nversion: 1.0.0\ntext:\n  en: "Hello: {name|dear {}"\n'.replace("dear {", "dear"),
        "reply: a-b/c_d/e\nversion: 10.20.30\ntext: {en: a, zh-CN: b, zh-TW: c, fil: d, pt-BR: e, zh-Hant-HK: f}\n",
        "reply: a/b\nversion: 1.0.0\nclaims: person_has_it\ntext: {en: '{case} {name|}', zh-CN: '{case}'}\n",
    ):
        assert [str(problem) for problem in errors_with("playbooks/replies/unusual.yaml", written)] == []


def test_a_byte_order_mark_and_other_orders_are_no_error() -> None:
    """An editor that begins files with a mark, or a designer who begins with the steps, would be stopped."""
    body = text("playbooks/complaint_check_in.yaml").split("\n")
    start = body.index("steps:")
    turned = "\n".join([*body[start:], *body[:start]])
    assert [str(problem) for problem in errors_with("playbooks/complaint_check_in.yaml", turned)] == []
