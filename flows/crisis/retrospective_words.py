"""The words around what people say when they look back on a crisis. They own up to it, and blame nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Part = Literal["cause", "changed", "amends"]


@dataclass(frozen=True)
class Words:
    """One language. `happened` is what went wrong, by the fact `topic`; `parts` stand around what people say."""

    thanks: str
    what: str
    wrote: str
    sorry: str
    parts: Mapping[Part, str]
    ends: str
    happened: Mapping[str, str]


_ENGLISH = Words(
    thanks="Thank you for your patience, and for telling us plainly what was wrong.",
    what="From {day} on, {happened}.",
    wrote=" {many} of you wrote to us about it.",
    sorry="This was our mistake. You trusted us, and we let you down. We are sorry.",
    parts={
        "cause": "What lay behind it, in brief: {words}",
        "changed": "What we have changed since then: {words}",
        "amends": "How we want to put it right: {words}",
    },
    ends="If anything is still not as it should be, please write to us here. A person reads it.",
    happened={
        "fire": "products of ours became far too hot, or burned",
        "illness": "something that we sold made people unwell",
        "danger": "something that we sold put people in danger",
        "loss": "some of you lost money or belongings through us",
        "payment": "we took money that was not ours, or kept you waiting for money that is yours",
        "wrong_order": "we sent out many orders that were wrong or incomplete",
        "delivery": "many of your parcels came far too late, or not at all",
        "failure": "something that we sold did not do what it should",
        "outage": "you could not reach us, or not use what you need",
        "treatment": "we did not treat you, or answer you, as you may expect",
        "data": "personal details that you had given us got into other hands",
        "other": "something went badly wrong on our side",
    },
)

_CHINESE = Words(
    thanks="谢谢您的耐心，也谢谢您直接告诉我们哪里不对。",
    what="从{day}起，{happened}。",
    wrote="共有{many}位朋友为此写信给我们。",
    sorry="这件事错在我们。您信任我们，我们却让您失望了，真的很抱歉。",
    parts={
        "cause": "事情的原因，简单说是：{words}",
        "changed": "从那以后，我们改了这些：{words}",
        "amends": "我们想为您做的是：{words}",
    },
    ends="如果还有哪里不对，请直接在这里告诉我们，会有人认真看。",
    happened={
        "fire": "我们的产品有的过热，有的烧了起来",
        "illness": "我们卖出的东西让人身体不适",
        "danger": "我们卖出的东西让人遇到了危险",
        "loss": "有人因为我们损失了钱或东西",
        "payment": "我们多收了一些人的钱，或者让人久等该退的钱",
        "wrong_order": "我们发出的不少订单，不是发错了，就是少了东西",
        "delivery": "您的包裹有许多到得太晚，甚至没有到",
        "failure": "我们卖出的东西没能正常使用",
        "outage": "您联系不上我们，或者用不了您需要的功能",
        "treatment": "我们没有好好对待您，也没有好好答复您",
        "data": "您交给我们的个人信息到了别人手里",
        "other": "我们这边出了很不应该的问题",
    },
)

WORDS: Mapping[str, Words] = {"en": _ENGLISH, "zh-CN": _CHINESE}
LANGUAGES: tuple[str, ...] = tuple(WORDS)
"""The first one must be complete before anything can be approved: it is for customers of every other language."""
