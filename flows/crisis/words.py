"""The words of the war room's digest, in each language that a team may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rules.windows import Growth

Language = Literal["en", "zh-CN"]

ARROWS: Mapping[Growth, str] = {"falling": "↓", "steady": "→", "growing": "↑", "doubling": "↑↑"}


@dataclass(frozen=True)
class Words:
    """One language. `names` are values of facts (`anger`, `topic`, `remedy`, signs, levels) in a word or two."""

    comma: str
    semicolon: str
    stop: str
    between: str
    nobody: str
    names: Mapping[str, str]
    sentences: Mapping[str, str]

    def name(self, value: str) -> str:
        """What colleagues call it; a value that a shop has added is its own word."""
        return self.names.get(value, value.replace("_", " "))


_ENGLISH = Words(
    comma=", ",
    semicolon="; ",
    stop=".",
    between=" ",
    nobody="nobody yet",
    names={
        "loss": "great loss",
        "wrong_order": "wrong order",
        "data": "leaked data",
        "safety": "danger",
        "property_loss": "great loss",
        "media_threat": "press",
        "legal_threat": "lawyers",
        "mass_error": "many hit at once",
        "group_discontent": "unhappy groups",
        "product_failure": "does not work",
        "slow_parcel": "late parcel",
        "small_bug": "small fault",
        "bad_experience": "bad experience",
        "refund": "money back",
        "replacement": "sent again",
        "voucher": "a voucher",
        "person": "to talk with a person",
    },
    sentences={
        "nobody_wrote": "Nobody wrote in the last 10 min ({before} in the 10 before).",
        "wrote": "{now} wrote in 10 min ({before} in the 10 before).",
        "mood": "{now}.",
        "mood_before": "Before: {before}.",
        "topics": "About: {list}.",
        "signs": "They name: {list}.",
        "wishes": "They chose: {list}.",
        "no_statement": "No statement is in force: promise nothing.",
        "statement": "Statement {version} since {since}.",
        "by": "Written by {by}, approved by {names}.",
        "may_promise": "May be promised: {list}.",
        "may_promise_nothing": "It promises nothing.",
        "news": "News by {at}.",
        "news_late": "News was due by {at} and is LATE.",
        "draft": "Version {version} by {by} waits for approval",
        "yes_from": " (yes from {names})",
        "no_cases": "No complaint belongs to this incident yet.",
        "level": "{name}: {waiting} waiting, {answered} answered, {solved} solved",
        "oldest": ", oldest {time}",
        "lead": "Lead: {lead}. Fix: {fix}.",
        "took": "Took over: {list}.",
        "broken": "Promises broken: {number}.",
        "unsent": "Texts that have not left: {number}.",
        "by_hand": "To be sent by hand: {number}.",
        "unread": "Customers whose words are not read yet: {number}.",
        "minutes": "{minutes} min",
        "hours": "{hours} h {minutes:02} min",
        "days": "{days} d",
        "opening": "This is the war room. {link}",
        "here": "Talk here: {link}",
        "no_link": "No group is known for it yet. Whoever makes one tells everybody with: {command}",
        "make_one": "Please make a group for the crisis team in your messenger, then run: {command}",
    },
)

_CHINESE = Words(
    comma="、",
    semicolon="；",
    stop="。",
    between="",
    nobody="暂无",
    names={
        "furious": "暴怒",
        "upset": "不满",
        "calm": "平静",
        "urgent": "紧急",
        "important": "重要",
        "general": "一般",
        "fire": "起火",
        "illness": "身体不适",
        "danger": "其他危险",
        "loss": "重大损失",
        "payment": "付款",
        "wrong_order": "发错货",
        "delivery": "配送",
        "failure": "产品故障",
        "outage": "无法使用",
        "treatment": "服务态度",
        "data": "信息泄露",
        "other": "其他",
        "safety": "人身安全",
        "property_loss": "重大损失",
        "media_threat": "媒体曝光",
        "legal_threat": "律师与投诉机构",
        "mass_error": "多人同时出错",
        "group_discontent": "群体不满",
        "product_failure": "产品故障",
        "slow_parcel": "包裹延误",
        "small_bug": "小毛病",
        "bad_experience": "体验不佳",
        "refund": "退款",
        "replacement": "补发",
        "voucher": "优惠券",
        "person": "人工沟通",
    },
    sentences={
        "nobody_wrote": "最近10分钟没有人来信（之前10分钟{before}人）。",
        "wrote": "最近10分钟{now}人来信（之前10分钟{before}人）。",
        "mood": "{now}。",
        "mood_before": "之前：{before}。",
        "topics": "话题：{list}。",
        "signs": "提到：{list}。",
        "wishes": "已选择：{list}。",
        "no_statement": "目前没有生效的声明：不要作任何承诺。",
        "statement": "第{version}版声明自{since}起生效。",
        "by": "起草：{by}；批准：{names}。",
        "may_promise": "可以承诺：{list}。",
        "may_promise_nothing": "不承诺任何补偿。",
        "news": "{at}前有新消息。",
        "news_late": "原定{at}前的消息已经迟了！",
        "draft": "{by}起草的第{version}版等待批准",
        "yes_from": "（{names}已同意）",
        "no_cases": "还没有投诉归入这次事件。",
        "level": "{name}：等待{waiting}，已回复{answered}，已解决{solved}",
        "oldest": "，最久{time}",
        "lead": "牵头：{lead}。修复：{fix}。",
        "took": "接手：{list}。",
        "broken": "{number}个时限未守住。",
        "unsent": "{number}条回复还没发出。",
        "by_hand": "{number}条要人工发送。",
        "unread": "{number}位客户的来信还没读。",
        "minutes": "{minutes}分钟",
        "hours": "{hours}小时{minutes}分",
        "days": "{days}天",
        "opening": "作战室已开。{link}",
        "here": "在这里讨论：{link}",
        "no_link": "还没有讨论群。建好之后请运行：{command}",
        "make_one": "请在你们的聊天工具里为危机小组建一个群，然后运行：{command}",
    },
)

WORDS: Mapping[Language, Words] = {"en": _ENGLISH, "zh-CN": _CHINESE}
