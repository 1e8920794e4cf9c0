"""What colleagues read of a crisis beside the digest: what they are asked and told, in each language that a team may
have. The words of a playbook are in `rules/wording`, those of the digest in `flows.crisis.words`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flows.crisis.words import Language

_ENGLISH = {
    # the freeze
    "freeze lifted": "{by} has lifted the freeze: other messages may leave again",
    "freeze again": "{by} has put the freeze in force again: only the crisis",
    # a text that machines cannot send
    "send by hand": "Please send this reply to the customer by hand ({why}), then mark it done.",
    "write into the group": "Please write this one line into the group, and nothing else by hand ({why}), then mark it "
    "done.",
    "to be sent by hand": "A reply has to be sent by hand: {why}",
    # an offer
    "choice": "What does the customer choose? Please answer as soon as they have told you.",
    "wrote": "A customer has answered our offer with something else than a choice. Please read it, answer it, and mark "
    "this done",
    # the statement, and what is said afterwards
    "what do we tell": "What do we tell everybody about {incident}, and what may be promised?{refused} Type: firebreak "
    'statement draft {incident} --text en="…" --text zh-CN="…" --remedy refund --news-in "2 hours"; or answer this, '
    "with the words as the remark. One language is enough",
    "what do we tell now": "What do we tell everybody now that {incident} is over? The words are ready but for the "
    "cause, what has changed, and how we put it right.{refused} Type: firebreak retrospective edit {incident} "
    '--cause en="…" --changed en="…" --amends en="…", and the same for zh-CN; or answer this, with all of the words as '
    "the remark",
    "type": " Type: ",
    "not taken": " The last words could not be taken: {objection}.",
    "may we tell": "May we tell everybody this? {statement}, version {version}, drafted by {by}. A yes counts for "
    "exactly these words; whoever drafted them needs somebody else's, too",
    "offer only": "Offer {remedies} and nothing else",
    "or": " or ",
    "promise nothing": "Promise nothing yet",
    "statement now": "Version {version} of the statement is in force. {promise}. Read it: firebreak statement show "
    "{incident}",
    "retrospective now": "What we say about it afterwards is approved. Read it: firebreak retrospective show "
    "{incident}",
    "post in": "Please post what we say about {incident} in {places}, word for word, and tick off each. A Status is "
    "gone after 24 hours",
    "1 place": "1 place",
    "places": "{number} places",
    # the Status
    "post it": "Please post this as our Status.",
    "replace it": "Please replace our Status: there is a new statement.",
    "post it again": "Our Status disappears within the hour. Please post it again.",
    "where": "In WhatsApp: Updates, then Status. Mark this done when it can be seen.",
    "guards refuse": "The guards refuse the words in {locales}; `firebreak proofread --public` says why.",
    "to be posted": "A Status is to be posted; text and picture are in the task",
    "take it down": "The crisis is over. Please take our Status about it down, then mark this done.",
    "to be taken down": "The crisis is over: its Status is to be taken down",
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
    "send by hand": "请人工把这条回复发给客户（{why}），再标为完成。",
    "write into the group": "请人工把这一句话写到群里，别的不要写（{why}），再标为完成。",
    "to be sent by hand": "有一条回复要人工发送：{why}",
    "this number is written to from the app": "这个号码用手机应用收发",
    "the 24-hour window is closed and there is no template": "24小时窗口已过，又没有模板",
    "it is not known whether it arrived; look before you send": "不确定是否已经送达，发之前先看一眼",
    "no address is known": "不知道对方的号码",
    "choice": "客户选了什么？对方一告诉您，就请在这里作答。",
    "wrote": "客户回了我们的方案，但不是在选。请看一看，回复对方，再把这一项标为完成",
    "what do we tell": "关于{incident}，我们对大家怎么说？可以承诺什么？{refused}"
    '请输入：firebreak statement draft {incident} --text en="…" --text zh-CN="…" --remedy refund --news-in "2 hours"；'
    "或者直接作答，把要说的话写在备注里。写一种语言就够了",
    "what do we tell now": "{incident}已经过去，我们对大家怎么说？稿子已经备好，只差原因、改了什么、怎样弥补。{refused}"
    '请输入：firebreak retrospective edit {incident} --cause zh-CN="…" --changed zh-CN="…" --amends zh-CN="…"，'
    "en 也一样；或者直接作答，把全文写在备注里",
    "type": "请输入：",
    "not taken": "上一稿不能用：{objection}。",
    "may we tell": "可以这样告诉大家吗？{statement}，第{version}版，{by}起草。"
    "同意只对这些字句有效；起草的人自己同意不算，还要另一个人同意",
    "offer only": "只可以提供{remedies}，别的都不行",
    "or": "或",
    "promise nothing": "暂时不要作任何承诺",
    "statement now": "第{version}版声明已经生效。{promise}。全文：firebreak statement show {incident}",
    "retrospective now": "事后要说的话已经批准。全文：firebreak retrospective show {incident}",
    "post in": "请把我们关于{incident}要说的话一字不改地发到{places}，发一处勾一处。“状态”24小时后会消失",
    "1 place": "1个地方",
    "places": "{number}个地方",
    "post it": "请把这段话发成我们的“状态”。",
    "replace it": "请换掉我们的“状态”：有新的声明了。",
    "post it again": "我们的“状态”一小时内就会消失，请再发一次。",
    "where": "在 WhatsApp 里点“动态”，再点“我的状态”。看得到之后，请把这一项标为完成。",
    "guards refuse": "{locales}的文字没有通过检查；原因见 `firebreak proofread --public`。",
    "to be posted": "有一条“状态”要发，文字和配图都在任务里",
    "take it down": "危机已经过去。请撤下我们为此发的“状态”，再把这一项标为完成。",
    "to be taken down": "危机已经过去：它的“状态”该撤下了",
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

_UNITS = {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周"}
_LENGTH = re.compile(r"([\d.,]+) (second|minute|hour|day|week)s? ?")


def in_units(words: str, language: Language) -> str:
    """A length of time in English words, such as `2 hours 5 minutes`, in the team's language."""
    return words if language == "en" else _LENGTH.sub(lambda found: f"{found[1]}{_UNITS[found[2]]}", words)
