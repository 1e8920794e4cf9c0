"""What customers write, and what the word lists make of it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.decision import load_pack
from rules.problems import Problems
from rules.text.reading import Reading, WordLists, read_text
from rules.vocabulary import UNKNOWN, Vocabulary
from rules.yaml_source import Source

VOCABULARY = Vocabulary.load()
WORDS = WordLists.load()
TRIAGE = load_pack(Path(__file__).parents[2] / "rules/packs/triage.yaml", VOCABULARY)


def read(text: str) -> Reading:
    return read_text(text, WORDS)


def severity(text: str) -> object:
    return TRIAGE.decide(read(text)).then["severity"]


DELETION_REQUESTS = """
please delete my personal information from our chat
Could you please erase all the details you hold about me?
I want my data deleted
I'd like you to remove my phone number and address from this chat
why don't you delete my data? I asked twice
If you don't delete my photos I will be very upset
don't keep my data, delete it
Please forget me. GDPR request.
delete everything you have about me
PLEASE DELETE MY INFO
pls delete my number thx
is it possible to have my messages removed?
Can you unsend the messages with my passport?
please take my photos off your phone and delete them
i changed my mind about delivery, delete my address please
please don’t forget to delete my chat
麻烦把聊天记录里我的个人信息都删掉
麻烦你把我们聊天记录里关于我的个人信息都删一下,谢谢。
特别希望你们删除我的个人资料
能不能把我的手机号和地址从记录里删除?
請把我們聊天記錄裡關於我的個人資料刪除,謝謝
不要再保留我的聊天记录,请全部删除
我的资料你们那边能删吗
你们为什么不删我的信息
要不要我发邮件你们才肯删我的资料?
撤回我之前发给你们的身份证照片
帮我把我们的对话清空
请立即停止保存我的个人信息
之前发的护照照片麻烦删一下
麻烦 delete 我的聊天记录
"""

NOT_FOR_US = """
thanks!
how much is it?
hi
ok
yes
👍
12345678
Do you have it in blue?
When will my order ship?
What is your refund policy?
No problem, thank you
great service, thank you so much!
The order arrived, everything is perfect
I saw your ad on Instagram, what sizes do you have?
any news on the new collection?
Can I change my address to 12 Court Road?
This is Sue, I ordered yesterday
My name is John Smith, address 5 High Street
I'd like to order 2 fire tv sticks
Please remove one item from my order
Don't delete my data please, I still need the invoice
I don't want you to delete our chat
No need to delete my photos, it's fine
I changed my mind about deleting my data
I deleted our chat by accident, can you send the price again?
你好,请问这个多少钱?
好的,谢谢
没问题,谢谢
请问什么时候发货?
非常满意,五星好评
货收到了,很好用
在网上看到你们的店,有优惠吗
你们网上有店吗?
有没有配件
充电到100%要多久
马上当天发货吗
M码会不会太小了
聊天记录不用删了,谢谢
打火机很好用
你们的打火机和火锅底料我都要
119元包邮吗
一共315块对吧
do you have a choker necklace
we are still exploring the Bulgarian collection
别删我的信息,我还要用
请不要delete我的资料
可以不要删除我们的对话吗,我还要看报价
我不小心把聊天记录删了,你能再发一次价格吗
把购物车里的订单删了吧
"""

PRIVACY_QUESTIONS = """
How do you handle my personal information?
if i delete the chat can you still see it
does whatsapp keep my messages on its servers
is there an app that deletes messages from the other person's phone?
how do i delete a message for everyone
do you share my number with anyone
怎么删除聊天记录
我删了聊天你们那边还能看到吗
有没有软件可以删掉对方手机里的消息
恢复备份的话删掉的消息会回来吗
對話紀錄會保留多久
我刪咗對話你哋仲睇唔睇到
"""

ACCESS_REQUESTS = """
please send me a copy of all the personal data you hold about me
how do i get a copy of my data
subject access request
don't delete anything yet, first send me a copy of my data
聊天记录发我一份
你们存了我哪些信息?发我看看
依個資法請求查詢及閱覽我的個人資料
我想睇返你哋有我咩資料
"""

SIGNS = """
safety: your charger caught fire in my kid's room
safety: the battery EXPLODED!!! we are in the hospital
safety: My daughter got an electric shock from the lamp
safety: nobody was hurt but it caught fire
safety: Is it safe? There is smoke coming out of it
safety: I got sick after eating your cookies
safety: The toy broke and my son choked on a piece
safety: I think the gas is leaking
safety: battery bulging
safety: my battery is swelling and getting very hot
safety: 充电器冒烟了,孩子手被烫伤
safety: 孩子吃了你们的糖果全身起疹子,现在在急诊
safety: 我家着火了!!你们的插排!
safety: 漏电!差点出人命
safety: 充電器著火,孩子燙傷了
safety: 电池鼓包了,会不会炸
safety: 没有着火,但是一直冒烟
safety: 请问充电器会爆炸吗
safety: 打火机爆炸了
safety: kena food poisoning after eating your cake
safety: e shock me when i touch the iron
safety: 尿袋熱到辣手
safety: 食完你哋啲嘢又屙又嘔
property_loss: You scammed me out of my life savings
property_loss: The washing machine flooded my whole apartment, thousands in damage
property_loss: 你们是骗子,骗了我三万块
property_loss: 漏水把我家地板全泡坏了
property_loss: 整柜货全泡水了,损失几十万
property_loss: 呃錢公司,收咗錢就走佬
property_loss: 在你們網站刷卡後被盜刷八千
property_loss: una chop my money
media_threat: I'm going to post this on TikTok and Facebook
media_threat: I will go to the press about this
media_threat: Expect a very bad review on Trustpilot
media_threat: 我要在抖音上曝光你们
media_threat: 我已经发到小红书了,等着上热搜吧
media_threat: 我是记者,准备报道此事
media_threat: 不處理我就上爆料公社
media_threat: 放上連登俾人睇下
media_threat: I will drag you on twitter
legal_threat: Delete my personal data or you will hear from my lawyer
legal_threat: i will sue you
legal_threat: See you in court
legal_threat: I'm reporting you to Trading Standards
legal_threat: 等着收律师函吧
legal_threat: 我要打12315投诉你们
legal_threat: 再不退款就报警
legal_threat: 我要找消保官申訴
legal_threat: 唔退錢我就去消委會
legal_threat: I will lodge an FIR against you
legal_threat: going to CASE and the small claims tribunal
legal_threat: i don report una to fccpc
product_failure: The blender doesn't work at all
product_failure: phone won’t turn on
product_failure: 收到的杯子碎了
product_failure: 耳机充不进电,用不了
product_failure: 发错货了,我要的是红色
product_failure: 衣服有瑕疵,想換一件
mass_error: all our orders this week are wrong
mass_error: everyone in the group has the same problem
mass_error: 群里好多人都没收到货
mass_error: 这批货全是坏的
slow_parcel: Where is my package? It was supposed to come last week
slow_parcel: order #4432 is late again
slow_parcel: tracking hasn't moved since Monday
slow_parcel: 包裹怎么还没到,都两周了
slow_parcel: 物流三天没更新了
slow_parcel: 我的货到哪了
bad_experience: your service is terrible
bad_experience: not happy with this at all
bad_experience: 😡😡😡
bad_experience: 客服态度太差了,差评
bad_experience: 没人回复我,太失望了
bad_experience: 這是我第三次客訴了
small_bug: there is a typo on your home page
small_bug: 你们发的链接打不开
group_discontent: people in our group are fed up with you
group_discontent: 我们已经拉了个维权群
"""

UNREADABLE = """
John Smith
Ik wil graag dat jullie mijn gegevens wissen
Chciałbym usunąć moje dane osobowe
ciao, il mio pacco non è ancora arrivato
Ile kosztuje ten produkt? please
mera parcel kahan hai bhai
Где моя посылка?
荷物がまだ届きません、どうなっていますか
주문한 상품이 아직 안 왔어요
"""

LEVEL_OF = {
    "safety": "urgent",
    "property_loss": "urgent",
    "media_threat": "urgent",
    "legal_threat": "urgent",
    "product_failure": "important",
    "mass_error": "important",
    "slow_parcel": "general",
    "bad_experience": "general",
    "small_bug": "general",
    "group_discontent": "important",
}


def lines(block: str) -> list[str]:
    return block.strip().splitlines()


@pytest.mark.parametrize("text", lines(DELETION_REQUESTS))
def test_a_request_to_delete_is_recognised(text: str) -> None:
    """A customer who asks for deletion would otherwise get no answer in time."""
    assert read(text)["intent"] == "deletion_request"


@pytest.mark.parametrize("text", lines(NOT_FOR_US))
def test_ordinary_chat_starts_nothing(text: str) -> None:
    """The team would otherwise be alarmed, or a text deleted that the customer wants to keep."""
    reading = read(text)
    assert reading["intent"] == "other", dict(reading.because)
    assert severity(text) == "general"


@pytest.mark.parametrize("text", lines(PRIVACY_QUESTIONS))
def test_a_question_of_privacy_is_no_request_to_delete(text: str) -> None:
    """Somebody who only asks what becomes of a chat would otherwise have it deleted, or get no answer."""
    assert read(text)["intent"] == "privacy_question", read(text).because


@pytest.mark.parametrize("text", lines(ACCESS_REQUESTS))
def test_a_request_to_see_what_is_held_is_recognised(text: str) -> None:
    """A customer's right of access has a deadline that nobody would otherwise see pass."""
    assert read(text)["intent"] == "data_access_request", read(text).because


@pytest.mark.parametrize("line", lines(SIGNS))
def test_the_signs_of_a_complaint_are_found(line: str) -> None:
    """A fire, a lawyer or a broken batch would otherwise be handled too late."""
    sign, text = line.split(": ", 1)
    reading = read(text)
    assert reading[f"sign_{sign}"] is True
    assert reading["intent"] == ("deletion_request" if text.startswith("Delete") else "complaint")
    assert severity(text) == LEVEL_OF[sign]


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("you are all thieves, answer me!!", "anger", "furious"),
        ("I am really disappointed", "anger", "upset"),
        ("一群骗子,忍无可忍", "anger", "furious"),
        ("我有点担心", "anger", "upset"),
        ("仆街,玩我呀", "anger", "furious"),
        ("delete my number, I don't trust you anymore", "motive", "distrust"),
        ("please delete the voice notes, I was drunk when I sent them", "motive", "regret"),
        ("合作结束了,聊天记录删了吧", "motive", "tidying_up"),
        ("怕泄露,把我的住址删掉", "motive", "privacy"),
        ("delete everything you have about me from your system", "demand", "erase_our_copies"),
        ("keep the chat but black out my address", "demand", "mask_details"),
        ("删掉聊天,我的iCloud备份里的也要删", "demand", "erase_customer_backup"),
        ("雙方都刪除吧,我手機上的也要不見", "demand", "erase_customer_device"),
        ("每一条消息都请删除", "demand", "everything_ever_sent"),
        ("delete my passport and guarantee that no copy is left", "demand", "guarantee"),
    ],
)
def test_tone_motive_and_demand_are_read(text: str, fact: str, value: str) -> None:
    """A playbook that answers anger, or a wish that is beyond our reach, would otherwise never be chosen."""
    assert read(text)[fact] == value, read(text).because


@pytest.mark.parametrize("text", lines(UNREADABLE))
def test_a_language_without_lists_is_unknown_and_not_harmless(text: str) -> None:
    """A complaint in another language would otherwise pass for small talk."""
    reading = read(text)
    assert reading["locale"] == UNKNOWN
    assert reading["intent"] == UNKNOWN
    assert reading["sign_safety"] == UNKNOWN
    assert severity(text) == "important"


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200d"])
def test_an_empty_text_is_unknown(text: str) -> None:
    """A message that could not be read would otherwise be taken for one that says nothing."""
    assert set(read(text).values()) == {UNKNOWN}


def test_a_danger_named_in_another_language_still_counts() -> None:
    """Words that look alike everywhere would otherwise be thrown away with the rest of the text."""
    reading = read("mijn zoon ligt in het hospital")
    assert (reading["sign_safety"], reading["locale"]) == (True, UNKNOWN)
    assert severity("mijn zoon ligt in het hospital") == "urgent"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("where is my order", "en"),
        ("订单呢", "zh-CN"),
        ("我要 refund", "zh-CN"),
        ("我要退货 please", "zh-CN"),
        ("Hi, this is 李雷, where is my parcel?", "en"),
        ("樱の店有货吗", "zh-CN"),
        ("12345", UNKNOWN),
    ],
)
def test_the_language_is_recognised(text: str, locale: str) -> None:
    """A customer would otherwise be answered in a language they do not read."""
    assert read(text)["locale"] == locale


@pytest.mark.parametrize(
    "text",
    [
        "PLEASE DELETE MY DATA",
        "please delete my data",
        "please\u200b delete\u00a0my data",
        "Don’t keep it, delete my data",
    ],
)
def test_letters_of_every_width_and_case_read_alike(text: str) -> None:
    """A customer with another keyboard would otherwise not be understood."""
    assert read(text)["intent"] == "deletion_request"


def test_where_a_fact_comes_from_is_told_in_the_lists_words_only() -> None:
    """The journal would otherwise hold what the customer wrote."""
    reading = read("John Smith here, my parcel 7781 hasn't arrived and Mary says I will sue")
    assert {"intent", "sign_slow_parcel", "sign_legal_threat"} <= set(reading.because)
    assert reading.because["sign_legal_threat"] == ("en/legal_threat: sue",)
    told = " ".join(entry for entries in reading.because.values() for entry in entries)
    assert not re.search("John|Mary|7781", told, re.IGNORECASE)


@given(st.text(max_size=200) | st.text(alphabet="delete my data 删我的信息,别不用。.!?'\n火fire", max_size=200))
def test_any_text_becomes_facts_that_pass_the_gate(text: str) -> None:
    """One strange message could otherwise stop the reading of all others."""
    reading = read(text)
    assert VOCABULARY.gate(reading)
    assert len(reading) == len(set(reading))
    assert severity(text) in ("general", "important", "urgent")


@pytest.mark.parametrize(
    "text", ["删信息别" * 20_000, "don't delete my data. " * 4_000, "fire sale " * 8_000, "a" * 200_000]
)
def test_a_very_long_text_does_not_hold_up_the_others(text: str) -> None:
    """One hostile message could otherwise keep every customer waiting."""
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 15


BAD_WORDS = """\
language: xx
locale: tlh
letters: z-a
negation: {words: "not", reach: 5}
groups: {remove: "remove"}
lists:
  - {id: one, sets: {intent: delete}, phrases: a}
  - {id: two, sets: {sign_safety: true}, together: [[removal]]}
  - {id: three, sets: {contact_count_this_week: 3}, phrases: b}
  - {id: four, sets: {sign_safety: true}, phrases: "*"}
  - {id: five, set: {sign_safety: true}, phrases: c}
"""


def test_the_problems_of_a_word_list_are_reported_at_their_lines() -> None:
    """A misspelt group or fact would otherwise leave a list that never speaks."""
    for dropped, expected in (((), {7, 11}), ((7, 11), {2, 3, 8, 9, 10})):
        kept = [line if number not in dropped else "" for number, line in enumerate(BAD_WORDS.splitlines(), 1)]
        problems = Problems()
        source = Source.parse("\n".join(kept), "xx.yaml", problems)
        assert source is not None
        assert not WordLists.parse([source], VOCABULARY, problems).languages
        assert {problem.place.line for problem in problems} == expected
