"""The words of the report about a crisis, in each language that a team may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from flows.crisis.words import WORDS, Language
from flows.telling.sentences import roughly

Sentences = Mapping[str, str]

_ENGLISH: Sentences = {
    "title": "Report about {incident}: {about}",
    "in short": "In short",
    "1 customer": "{number} customer",
    "customers": "{number} customers",
    "1 case": "{number} case",
    "cases": "{number} cases",
    "wrote": "{customers} wrote about it, in {cases}.",
    "was answered": "{number} of them was answered: half of them within {half}, 99 of 100 within {nearly}, and the "
    "last one after {longest}.",
    "were answered": "{number} of them were answered: half of them within {half}, 99 of 100 within {nearly}, and the "
    "last one after {longest}.",
    "has not heard": "{number} has not heard from us yet.",
    "have not heard": "{number} have not heard from us yet.",
    "led": "{by} took the lead after {time}.",
    "nobody led": "Nobody took the lead.",
    "promises": "Of our promises {kept} were kept and {broken} broken.",
    "stood down": "{by} decided after {time} that it was over.",
    "somebody": "Somebody",
    "closed": "It was closed after {time}.",
    "not over": "It is not over yet.",
    "Opened": "Opened",
    "at by": "{at}, by {by}",
    "About": "About",
    "Led by": "Led by",
    "then": ", then ",
    "nobody": "nobody",
    "Stood down": "Stood down",
    "Closed": "Closed",
    "not yet": "not yet",
    "Merged into": "Merged into",
    "Digests": "Digests in the war room",
    "first replies": "How long they waited for the first reply",
    "nobody wrote": "Nobody has written about it.",
    "Time": "Time",
    "of 100": "{share} of 100 within",
    "longest": "The longest",
    "late": "Later than the {time} that were promised",
    "of": "{part} of {all}",
    "unanswered": "Not answered yet",
    "level": "How bad",
    "topic": "About what",
    "language": "Language",
    "closed_as": "How they ended",
    "Cases": "Cases",
    "Open": "Open",
    "Promises": "Promises",
    "no promises": "Nothing was promised by a clock.",
    "Promise": "Promise",
    "Kept": "Kept",
    "Broken": "Broken",
    "Pending": "Open",
    "Void": "Ended with the case",
    "slipped": "What slipped",
    "nothing slipped": "Nothing that the history knows of.",
    "How often": "How often",
    "promise broken": "Promises broken",
    "update late": "Updates that customers got too late",
    "text was not delivered": "Texts that did not arrive",
    "text refused for now": "Texts that WhatsApp refused at first",
    "text handed to a colleague": "Texts that a person had to send by hand",
    "step failed": "Steps that failed, so that a person had to do them",
    "moving failed": "Faults of Firebreak while it moved a case",
    "one voice": "What we said in one voice",
    "no statement": "There was no official statement.",
    "Version": "Version",
    "State": "State",
    "In force from": "In force from",
    "Drafted by": "Drafted by",
    "Votes": "Said yes or no",
    "May promise": "May promise",
    "retrospective": "retrospective {version}",
    "yes": "{by}: yes",
    "no": "{by}: no",
    "never": "never",
    "nothing": "nothing",
    "draft": "a draft",
    "in_force": "in force",
    "replaced": "replaced",
    "refused": "refused",
    "chose": "What customers chose",
    "nobody chose": "Nobody has chosen a remedy.",
    "Customers": "Customers",
    "course": "What happened, in order",
    "zone": "Times are those of {zone}.",
    "When": "When",
    "What happened": "What happened",
}

_CHINESE: Sentences = {
    "title": "{incident}内部报告：{about}",
    "in short": "概要",
    "1 customer": "{number}位客户",
    "customers": "{number}位客户",
    "1 case": "{number}个个案",
    "cases": "{number}个个案",
    "wrote": "{customers}为此来信，共{cases}。",
    "was answered": "其中{number}位得到回复，等了{longest}。",
    "were answered": "其中{number}位得到回复：一半在{half}以内，百分之九十九在{nearly}以内，最后一位等了{longest}。",
    "has not heard": "还有{number}位没有收到我们的回复。",
    "have not heard": "还有{number}位没有收到我们的回复。",
    "led": "{by}在{time}后开始牵头。",
    "nobody led": "没有人牵头。",
    "promises": "我们定下的时限，守住{kept}个，未守住{broken}个。",
    "stood down": "{time}后，{by}决定收尾。",
    "somebody": "有人",
    "closed": "{time}后关闭。",
    "not over": "事情还没有过去。",
    "Opened": "开始",
    "at by": "{at}，{by}",
    "About": "关于",
    "Led by": "牵头",
    "then": "，之后是",
    "nobody": "没有人",
    "Stood down": "收尾",
    "Closed": "关闭",
    "not yet": "还没有",
    "Merged into": "并入",
    "Digests": "作战室简报次数",
    "first replies": "客户等了多久才收到第一条回复",
    "nobody wrote": "没有人为此来信。",
    "Time": "时间",
    "of 100": "{share}%的人不超过",
    "longest": "最长",
    "late": "超过所承诺的{time}",
    "of": "{all}位中的{part}位",
    "unanswered": "还没有回复",
    "level": "有多严重",
    "topic": "关于什么",
    "language": "语言",
    "closed_as": "怎样结束",
    "Cases": "个案",
    "Open": "未关闭",
    "Promises": "时限",
    "no promises": "没有定下任何时限。",
    "Promise": "时限",
    "Kept": "守住",
    "Broken": "未守住",
    "Pending": "进行中",
    "Void": "随个案结束",
    "slipped": "哪里没做好",
    "nothing slipped": "记录里没有。",
    "How often": "次数",
    "promise broken": "未守住的时限",
    "update late": "迟到的进展通知",
    "text was not delivered": "没有送达的消息",
    "text refused for now": "一开始被 WhatsApp 拒收的消息",
    "text handed to a colleague": "只好由人来发的消息",
    "step failed": "没有成功、只好由人来做的步骤",
    "moving failed": "Firebreak 处理个案时自己出的错",
    "one voice": "我们统一的说法",
    "no statement": "没有正式声明。",
    "Version": "版本",
    "State": "状态",
    "In force from": "生效时间",
    "Drafted by": "起草",
    "Votes": "同意或不同意",
    "May promise": "可以承诺",
    "retrospective": "复盘第{version}版",
    "yes": "{by}：同意",
    "no": "{by}：不同意",
    "never": "从未",
    "nothing": "不承诺",
    "draft": "草稿",
    "in_force": "生效",
    "replaced": "已被取代",
    "refused": "未通过",
    "chose": "客户选了什么",
    "nobody chose": "还没有人选择补偿办法。",
    "Customers": "客户",
    "course": "经过",
    "zone": "时间按 {zone}。",
    "When": "时间",
    "What happened": "发生了什么",
}

SENTENCES: Mapping[Language, Sentences] = {"en": _ENGLISH, "zh-CN": _CHINESE}

_NAMES = {
    "first_reply": "首次回复",
    "answered": "已答复",
    "led": "有人牵头",
    "solved": "已解决",
    "stood_down": "已收尾",
    "false_alarm": "虚惊一场",
    "duplicate": "重复",
    "by_hand": "人工关闭",
    "unknown": "不明",
    "product_failure": "产品故障",
    "wrong_orders": "订单出错",
    "data_leak": "信息泄露",
}
_UNITS = {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周"}
_LENGTH = re.compile(r"([\d.,]+) (second|minute|hour|day|week)s? ?")


def name(value: str, language: Language) -> str:
    """A value of a fact, or the name of a promise, as the team reads it."""
    if language == "en":
        return value.replace("_", " ")
    return _NAMES.get(value) or WORDS[language].name(value)


def length(time: timedelta, language: Language) -> str:
    """A length of time by its two largest units, a second at least: `8 days 1 hour`."""
    return in_units(roughly(timedelta(seconds=max(round(time.total_seconds()), 1))), language)


def in_units(words: str, language: Language) -> str:
    """A length of time in English words, in the team's language."""
    return words if language == "en" else _LENGTH.sub(lambda found: f"{found[1]}{_UNITS[found[2]]}", words)
