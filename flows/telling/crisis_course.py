"""What happened in a crisis, line by line, as the report tells it: in English as the story of the incident has it, in
Chinese in words of its own, without reminders and what a procedure only does within itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.crisis.words import WORDS, Language
from flows.telling.crisis_report_words import name
from flows.telling.sentences import Entry
from flows.telling.story import Line

_ZH = WORDS["zh-CN"]
_CHINESE = {
    "incident opened": "{opened_by}打开事件，级别：{level}",
    "task answered": "{by}{answered}（{task}）",
    "duties assigned": "{by}分工：{duty}",
    "room known": "{by}告诉大家在哪里讨论",
    "statement drafted": "{by}起草第{version}版{words}",
    "statement approved": "{by}同意第{version}版{words}",
    "statement refused": "{by}不同意第{version}版{words}",
    "statement in force": "第{version}版{words}生效",
    "incident became worse": "事态变得更严重：{level}",
    "incident merged": "与另一个事件合并",
    "incident split": "拆成两个事件",
    "freeze lifted": "{by}解除了冻结",
    "freeze again": "{by}恢复了冻结",
    "promise kept": "守住时限：{promised}",
    "promise broken": "未守住时限：{promised}",
    "time is up": "等待的时间到了",
    "step failed": "有一步没有成功，交给人来做",
    "moving failed": "Firebreak 出了意外，一分钟后再试",
    "stand-down proposed": "{by}认为已经过去了",
    "stood down": "{by}决定收尾",
    "not stood down": "{by}说还没有过去",
    "run finished": "关闭：{closed}",
}
"""Line of the journal -> what it says. What is not here is left out."""
_DUTIES = {"lead": "牵头", "fix": "修复"}
_SAID = {"yes": "表示同意", "no": "表示不同意"}


def told(line: Line, language: Language) -> str:
    """A line of the course in the team's language; empty for one that is left out in it."""
    if language == "en":
        return in_full(line)
    if line.entry is None:
        return line.headline
    if line.event == "step waits":
        return _given(line.entry)
    try:
        return _CHINESE[line.event].format(**_values(line.data)) if line.event in _CHINESE else ""
    except KeyError:  # of the shape of another release
        return line.headline


def in_full(line: Line) -> str:
    """A line with the beginning of what a person was asked; how to answer it is no part of the course."""
    asked = line.entry.task if line.entry is not None and line.event == "step waits" else None
    return f"{line.headline}: {_first(asked.question)}" if asked is not None else line.headline


def _first(question: str) -> str:
    """The first sentence of a question."""
    asked = question.partition(". ")[0].partition("。")[0]
    for mark in ("? ", "？"):
        if mark in asked:
            return asked.partition(mark)[0] + mark.strip()
    return asked


def _given(entry: Entry) -> str:
    task = entry.task
    return f"{task.role}收到一项任务（{task.id}）：{_first(task.question)}" if task is not None else ""


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the words of a line may name: its own data, and some of that in Chinese."""
    duties = data.get("duties") or {}
    approved = str((data.get("answer") or {}).get("approved", ""))
    return {
        "opened_by": "系统",
        **data,
        "level": _ZH.name(str(data.get("severity"))),
        "words": "复盘" if data.get("kind") == "retrospective" else "声明",
        "answered": _SAID.get(approved, "完成了" if data.get("kind") == "do" else "回答了"),
        "duty": "，".join(f"{_DUTIES.get(duty) or _ZH.name(duty)}：{by or _ZH.nobody}" for duty, by in duties.items()),
        "promised": name(str(data.get("promise")), "zh-CN"),
        "closed": name(str(data.get("closed_as", "")), "zh-CN"),
    }
