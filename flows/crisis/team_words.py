"""What colleagues read of a crisis beside the digest: what they are asked and told, in each language that a team may
have. The words of a playbook are in `rules/wording`, those of the digest in `flows.crisis.words`."""

from __future__ import annotations

from collections.abc import Mapping

from flows.crisis.words import Language

_ENGLISH = {
    # the freeze
    "freeze lifted": "{by} has lifted the freeze: other messages may leave again",
    "freeze again": "{by} has put the freeze in force again: only the crisis",
    # an offer
    "choice": "What does the customer choose? Please answer as soon as they have told you.",
    "wrote": "A customer has answered our offer with something else than a choice. Please read it, answer it, and mark "
    "this done",
    # the end
    "may we": "May we stand down from {incident}? {why}. Tick off what is done; then you decide",
    "wanted": "{by} thinks that it is over",
    "seems out": "The fire seems to be out",
    "do we": "The checklist is done. Do we stand down from {incident}?{but} A yes ends the crisis: everybody who waits "
    "for news is told, and the freeze ends",
    "think twice": " Think twice: {against}.",
    "the fire": "the fire",
    "customers waiting": "customers waiting",
    "longest wait": "longest wait",
    "urgent cases open": "urgent cases open",
    "updates that are late": "updates that are late",
    "promises broken": "promises broken",
    "statement in force": "statement in force",
    "not known": "not known",
    "none": "none",
    "version": "version {version}",
    "fire is": "{state}: {meaning}",
    "it is burning": "the fire is burning",
    "it is dying": "the fire is dying",
    "one waits": "1 customer waits for an answer",
    "many wait": "{number} customers wait for an answer",
    "one urgent": "1 urgent case is open",
    "many urgent": "{number} urgent cases are open",
    "comma": ", ",
}

_CHINESE = {
    "freeze lifted": "{by}解除了冻结：其他消息可以照常发出",
    "freeze again": "{by}恢复了冻结：只发与危机有关的消息",
    "choice": "客户选了什么？对方一告诉您，就请在这里作答。",
    "wrote": "客户回了我们的方案，但不是在选。请看一看，回复对方，再把这一项标为完成",
    "may we": "{incident}可以收尾了吗？{why}。请逐项勾选已完成的事，然后由您决定",
    "wanted": "{by}认为已经过去了",
    "seems out": "火看来已经灭了",
    "do we": "清单已全部完成。{incident}要收尾吗？{but}回答“yes”，危机就此结束：等消息的人都会收到通知，冻结也随之解除",
    "think twice": "请再想一想：{against}。",
    "the fire": "火势",
    "customers waiting": "等待答复的客户",
    "longest wait": "最长等待",
    "urgent cases open": "未了结的紧急个案",
    "updates that are late": "迟了的进展通知",
    "promises broken": "未守住的时限",
    "statement in force": "生效的声明",
    "not known": "还不清楚",
    "none": "没有",
    "version": "第{version}版",
    "fire is": "{state}",
    "burning": "还在烧",
    "dying": "正在变小",
    "out": "已经灭了",
    "it is burning": "火还在烧",
    "it is dying": "火正在变小，还没有灭",
    "one waits": "有1位客户在等答复",
    "many wait": "有{number}位客户在等答复",
    "one urgent": "有1个紧急个案未了结",
    "many urgent": "有{number}个紧急个案未了结",
    "comma": "，",
}

TEAM_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _ENGLISH, "zh-CN": _CHINESE}
