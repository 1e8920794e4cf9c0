"""One deliberate mistake in a shipped file: the right check names it on its line, and no error is told elsewhere."""

from __future__ import annotations

import pytest

from tests.rules.shipped import errors_with, problems_with, text

DELETION = "playbooks/deletion_request.yaml"
URGENT = "playbooks/complaint_urgent.yaml"
GENERAL = "playbooks/complaint_general.yaml"
IMPORTANT = "playbooks/complaint_important.yaml"
ORDINARY = "playbooks/ordinary_message.yaml"
INCIDENT = "playbooks/incident.yaml"
CHECK_IN = "playbooks/complaint_check_in.yaml"
DONE = "playbooks/replies/deletion/done.yaml"
RECEIVED = "playbooks/replies/deletion/received.yaml"
TRIAGE = "rules/packs/triage.yaml"
GUARDS = "rules/packs/guards.yaml"
FACTS = "rules/facts.yaml"
ROLES = "playbooks/roles.yaml"
CLOCKS = "playbooks/legal_clocks.yaml"

ORDINARILY = "{intent: other, open_case: false, not: {message_kind: other}}"
TOLD_ON_BOTH_SIDES = ("duplicate-trigger", "same-priority")
LINE = "§"  # stands in the new text where the problem is expected; at its end if there is none

MISTAKES = [
    # -- names ------------------------------------------------------------------------------------------------------
    (DELETION, "reply: deletion/received", "reply: deletion/recieved", "unknown-reply"),
    (DELETION, "reply: deletion/received", "reply: deletion/received.yaml", "unknown-reply"),
    (DELETION, "to: shift_lead", "to: shift_leed", "unknown-role"),
    (DELETION, "playbook: deletion-check-in", "playbook: deletion-checkin", "unknown-playbook"),
    (DELETION, "playbook: deletion-check-in", "playbook: incident", "other-scope"),
    (DELETION, "keeps: answered", "keeps: answerd", "unknown-promise"),
    (DELETION, "{evidence_value: unknown}", "{evidence_valeu: unknown}", "unknown-fact"),
    (DELETION, "{evidence_value: unknown}", "{evidence_value: hihg}", "fact-value"),
    (DELETION, "{evidence_value: unknown}", "{evidence_value: 3}", "fact-value"),
    (DELETION, "{evidence_value: unknown}", "{evidence_value: [low, high]}", "fact-value"),
    (DELETION, "at_least: high", "atleast: high", "unknown-operator"),
    (DELETION, "at_least: high", "'>=': high", "unknown-operator"),
    (DELETION, "{dispute: open}", "{dispute: {at_least: open}}", "operator-kind"),
    (DELETION, "{legal_hold: true}", "{legal_hold: yes}", "fact-value"),
    (DELETION, "{legal_hold: true}", "{legal_hold: 'true'}", "fact-value"),
    (DELETION, "{any: [", "{or: [", "unknown-fact"),
    (DELETION, "if: {severity: urgent}", "if: severity == urgent", "condition-shape"),
    (DELETION, "if: {severity: urgent}", "if: [{severity: urgent}]", "condition-shape"),
    (DELETION, "if: {severity: urgent}", "if: {}", "empty-group"),
    (DELETION, "assume: {backup_status: possible}", "assume: {backup_status: maybe}", "fact-value"),
    (DELETION, "one_of: [none, low, high]", "one_of: [none, low, hihg]", "fact-value"),
    # -- keys -------------------------------------------------------------------------------------------------------
    (DELETION, "triggers:", "on:", "unknown-key"),
    (DELETION, "    on_timeout: {assume", "    on_timout: {assume", "unknown-key"),
    (DELETION, "    otherwise:\n      - id: clear", "    else:§\n      - id: clear", "unknown-key"),
    (DELETION, "  - label: privacy_sensitive", "  - lable: privacy_sensitive", "unknown-verb"),
    (DELETION, "- label: privacy_sensitive", "- label: seen\n    on_refused: {close: x}", "unknown-key"),
    (DELETION, "  - label: privacy_sensitive", "  - label: privacy_sensitive\n    close: seen", "one-verb"),
    (DELETION, "  - label: privacy_sensitive", "  - id: nothing§\n    name: Nothing", "no-verb"),
    (DELETION, "  - id: which_way\n", "  - id: received\n", "duplicate-id"),
    (DELETION, "  - id: received", "  - id: 😀", "shape"),
    (DELETION, "  - id: received", "  - id: 2026-01-01", "shape"),
    (DELETION, "scope: case", "scope: cases", "unknown-word"),
    (DELETION, "version: 1.0.0", "version: 1.0", "shape"),
    (DELETION, "    priority: 20", "    priority: -20", "shape"),
    (DELETION, "    priority: 20", "    priority: high", "shape"),
    (DELETION, "    priority: 20", "    priority: 1e999", "yaml"),
    (DELETION, "    priority: 20", f"    priority: {'9' * 5000}", "yaml"),
    (DELETION, "    priority: 20", "    priority: 20\n    priority: 21", "duplicate-key"),
    # -- time -------------------------------------------------------------------------------------------------------
    (DELETION, "timeout: 4 hours", "timeout: 4", "duration"),
    (DELETION, "timeout: 4 hours", "timeout: 4 ours", "duration"),
    (DELETION, "timeout: 4 hours", "timeout: 1 month", "duration"),
    (DELETION, "timeout: 4 hours", "timeout: -4 hours", "duration"),
    (DELETION, "timeout: 4 hours", "timeout: 1.5 hours", "duration"),
    (DELETION, "timeout: 4 hours", "timeout: 0 hours", "no-time"),
    (DELETION, "timeout: 4 hours", f"timeout: {10**30} days", "duration"),
    (DELETION, "    timeout: 4 hours\n", "", "no-timeout"),
    (DELETION, "  - label: privacy_sensitive", "  - label: privacy_sensitive\n    timeout: 1 day", "idle-timeout"),
    (DELETION, "              again_every: 4 hours\n",
     "              again_every: 4 hours\n            on_timeout: {label: x}\n", "on-timeout-without-timeout"),
    (DELETION, "within: 28 days", "within: 30 days", "legal-deadline"),
    (DELETION, "within: 28 days", "within: 5 weeks", "legal-deadline"),
    (DELETION, "warn_before: [10 days, 3 days]", "warn_before: [28 days, 3 days]", "early-warning"),
    (DELETION, "{after: 7 days,", "{after: a week,", "duration"),
    (URGENT, "again_every: 5 minutes", "again_every: 0 minutes", "no-time"),
    (GENERAL, "    timeout: 1 day\n", "    timeout: 1 day\n    retry: {times: 0}\n", "needless-retry"),
    # -- what cannot be ---------------------------------------------------------------------------------------------
    (DELETION, "if: {severity: urgent}", "if: {all: [{severity: urgent}, {severity: general}]}", "never-holds"),
    (DELETION, "if: {severity: urgent}", "if: {severity: {more_than: urgent}}", "never-true"),
    (DELETION, "- when: {demand:",
     "- when: {evidence_value: high}§\n        steps: [{label: x}]\n      - when: {demand:", "unreachable-branch"),
    (GENERAL, "- reply: complaint/counted",
     "- if: {complaint_solved: false}§\n            label: x\n          - reply: complaint/counted", "contradicted"),
    (GENERAL, "- close: handed_over\n", "- close: handed_over\n          - label: seen§\n", "unreachable-step"),
    (GENERAL, "\n  - close: solved\n", "\n  - close: solved\n  - label: seen§\n", "unreachable-step"),
    (ORDINARY, ORDINARILY, "{intent: complaint, severity: general}", "duplicate-trigger"),
    (ORDINARY, ORDINARILY, "{intent: deletion_request, place: group}", "shadowed-trigger"),
    (CHECK_IN, "- id: check_in", "- follow_up: {after: 7 days, playbook: complaint-check-in}§\n  - id: check_in",
     "endless-follow-up"),
    (INCIDENT, "scope: incident", "scope: incident\ntriggers: {when: {open_incident: true}}", "incident-trigger"),
    (INCIDENT, "  - id: looking_back", "  - reply: complaint/first§\n  - id: looking_back", "no-customer"),
    (INCIDENT, "          keeps: led\n", "", "promise-never-kept"),
    # -- replies ----------------------------------------------------------------------------------------------------
    (RECEIVED, "{answer_by} at the latest", "{answer_bye} at the latest", "unknown-placeholder"),
    (RECEIVED, "{answer_by} at the latest", "{answer_by at the latest", "placeholder"),
    (RECEIVED, "Hello {name|there}", "Hello {name}", "unfilled-name"),
    (RECEIVED, "category: utility", "category: service", "unknown-word"),
    (RECEIVED, "  zh-CN: |", "  zh_CN: |", "shape"),
    (RECEIVED, "name: deletion_received", "name: Deletion received", "shape"),
    (DONE, "claims: [", "claims: [deleted, ", "unknown-word"),
    # -- rules, facts, roles ----------------------------------------------------------------------------------------
    (TRIAGE, "then: {severity: urgent}", "then: {severity: urgnt}", "fact-value"),
    (TRIAGE, "then: {severity: urgent}", "than: {severity: urgent}", "unknown-key"),
    (TRIAGE, "    priority: 20", "    priority: 10", "same-priority"),
    (TRIAGE, "  - id: large_loss", "  - id: danger_to_people", "same-id"),
    (TRIAGE, "when: {intent: unknown}", "when: {sign_mass_error: true}", "shadowed-rule"),
    (GUARDS, "  never: Recommend", "  nevr: Recommend", "unknown-key"),
    (GUARDS, "when: {first_reply: true,", "when: {first_reply: maybe,", "fact-value"),
    (FACTS, "  kind: level\n  values:\n    none: No backup", "  kind: levl§\n  values:\n    none: No backup", "fact"),
    (FACTS, "unknown_counts_as: possible", "unknown_counts_as: likely", "fact"),
    (ROLES, "crisis_team: Everyone who has to know when many customers are affected", "crisis_team:", "role-meaning"),
    (CLOCKS, "within: 28 days", "within: 1 month", "duration"),
    (CLOCKS, "  - id: ccpa_forty_five_days", "  - id: gdpr_one_month", "same-id"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "right", "wrong", "check"), MISTAKES)
def test_a_mistake_is_named_on_its_line(path: str, right: str, wrong: str, check: str) -> None:
    """A designer's mistake would reach customers, or be looked for in the wrong place."""
    before = text(path)
    assert right in before, "the shipped content changed; choose another place for this mistake"
    start = before.index(right)
    written = before[:start] + wrong.replace(LINE, "") + before[start + len(right) :]
    until = wrong.index(LINE) if LINE in wrong else len(wrong.rstrip("\n"))
    line = (before[:start] + wrong[:until].replace(LINE, "")).count("\n") + 1
    found = errors_with(path, written)
    told = [str(problem) for problem in found]
    here = [each.place.line for each in found if (each.check, each.place.path) == (check, path)]
    if wrong:
        assert line in here, told
    else:  # what was taken out is missed at the step where it stood
        assert any(number <= line for number in here), told
    assert {each.check for each in found} == {check}, told
    if check not in TOLD_ON_BOTH_SIDES:
        assert {each.place.path for each in found} == {path}, told


@pytest.mark.parametrize(
    ("path", "right", "wrong", "check", "where"),
    [
        (IMPORTANT, "    priority: 30", "    priority: 40", None, ""),
        (GENERAL, "{intent: complaint, severity: general}\n    priority: 40", "{intent: complaint}\n    priority: 10",
         "same-priority", "playbooks/complaint_general.yaml:9"),
        (FACTS, "\ndispute:\n", "\ndisputes:\n", "unknown-fact", "playbooks/deletion_request.yaml:53"),
        (RECEIVED, "reply: deletion/received", "reply: deletion/recieved", "unknown-reply", f"{DELETION}:25"),
        (ROLES, "on_call: Whoever", "on_cal: Whoever", "no-on-call", "playbooks/roles.yaml:2"),
    ],
)  # fmt: skip
def test_a_mistake_that_others_suffer_from(path: str, right: str, wrong: str, check: str | None, where: str) -> None:
    """Those who point at something that was renamed would not be found; or a sound change would be refused."""
    before = text(path)
    assert right in before
    found = errors_with(path, before.replace(right, wrong, 1))
    told = [str(problem) for problem in found]
    if check is None:
        assert told == []
    else:
        assert any(each.check == check and str(each.place).startswith(f"{where}:") for each in found), told


@pytest.mark.parametrize(
    ("path", "right", "wrong", "check"),
    [
        (RECEIVED, "  zh-CN: |", "  fr: |", "missing-language"),
        (RECEIVED, "Your reference is {case}.", "Your reference is [case].", "strange-placeholder"),
        (URGENT, "    reply: complaint/person-has-it\n", "    reply: complaint/person-has-it\n    timeout: 1 day\n",
         "timeout-of-a-text"),
        (DELETION, "message: A deletion", "message: \"{name}: a deletion\" #", "placeholder-for-colleagues"),
        (DELETION, "deletion/received\n", "deletion/received\n    keeps: first_reply\n", "kept-by-itself"),
        (DELETION, "if: {severity: urgent}", "if: {any: [{severity: known}, {severity: unknown}]}", "always-holds"),
        (DELETION, "  answered:\n    within: 28 days", "  other:\n    within: 28 days", "no-legal-promise"),
        (GENERAL, "- reply: complaint/counted",
         "- if: {complaint_solved: true}\n            reply: complaint/counted", "needless-condition"),
    ],
)  # fmt: skip
def test_what_is_only_doubtful_is_a_warning(path: str, right: str, wrong: str, check: str) -> None:
    """A designer would not hear of what is probably meant otherwise, or would be stopped by it."""
    before = text(path)
    assert right in before
    found = problems_with(path, before.replace(right, wrong, 1))
    assert [each for each in found if each.check == check and each.severity == "warning"], [str(each) for each in found]


def test_a_file_in_the_wrong_folder_gets_one_line() -> None:
    """A designer would read a dozen complaints about a reply that only lies in the wrong folder."""
    (reply,) = errors_with("playbooks/received.yaml", text(RECEIVED).replace("deletion/received", "deletion/again"))
    assert str(reply) == (
        "playbooks/received.yaml:1:1: error: this is a reply; it belongs into playbooks/replies/ [misplaced-file]"
    )
    (playbook,) = errors_with("playbooks/replies/urgent.yaml", text(URGENT))
    assert playbook.check == "misplaced-file"
