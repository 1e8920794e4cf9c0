"""What a message would have to prove later, and documents that are sent with it."""

from __future__ import annotations

import pytest

from rules.text.reading import WordLists, read_text

WORDS = WordLists.load()

TERMS = """
We offer 300 sets at 12.40 usd each
unit price is 7.5 euro
deposit of 20% upfront, balance before shipment
delivery by 14 June at the latest
一台给你480元
单价6.8，500起订
定金三成，余款发货前付清
交期25天
給你打九折
"""
NO_TERMS = """
How much is the red one?
Thanks, see you on the 14th
I paid 50 dollars and it is broken
my order number is 88213
多少钱一个
太贵了
我付了300块，东西是坏的
订单号是 88213
"""
YES = """
Deal!
ok let's do it
I accept your offer
go ahead with that
成交
就这么定了
可以，同意
好，確認下單
"""
NO = """
No deal.
I don't agree
how do I deal with this?
big deal
我不同意
你们经过我同意了吗
好的谢谢
"""
SENT = """
here is my passport
ID card, front and back, attached: this is my ID card
Sending you a picture of my credit card
这是我的护照
身份证正反面已发
附上銀行卡照片
"""
NOT_SENT = """
Do you need my passport?
is it safe to send my ID card here?
please delete the photo of my passport
I lost my bank card
发身份证安全吗？
请删除我的身份证照片
护照丢了怎么办
"""


def lines(text: str) -> list[str]:
    return text.strip().split("\n")


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        *(("speaks_of_terms", text, True) for text in lines(TERMS)),
        *(("speaks_of_terms", text, False) for text in lines(NO_TERMS)),
        *(("agrees", text, True) for text in lines(YES)),
        *(("agrees", text, False) for text in lines(NO)),
        *(("sends_document", text, True) for text in lines(SENT)),
        *(("sends_document", text, False) for text in lines(NOT_SENT)),
    ],
)
def test_terms_yeses_and_documents_are_heard(fact: str, text: str, value: bool) -> None:
    """The proof of a price would be erased, a yes be forgotten, or a passport lie in the chat unnoticed; or everybody
    be asked to sign what they never offered."""
    reading = read_text(text, WORDS)
    assert reading[fact] is value, dict(reading.because)
