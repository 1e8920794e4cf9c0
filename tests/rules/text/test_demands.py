"""What a request for deletion demands, and what speaks of deletion without asking for it."""

from __future__ import annotations

import pytest

from rules.text.reading import WordLists, read_text

WORDS = WordLists.load()

FURTHEST = {
    "erase_customer_device": """
        Delete all my data from your systems and from my phone as well
        请删除我的所有资料，包括我手机上的聊天
    """,
    "erase_customer_backup": """
        Delete all of it, my iCloud backup too
        把你们系统里的全部信息删掉，我iCloud的备份也删
    """,
    "guarantee": """
        Erase all my records and give me a written guarantee
        把我在你们系统里的全部信息删掉，并保证没有备份
    """,
    "everything_ever_sent": """
        erase all messages from the past two years
        三年前开始的所有聊天都删掉
    """,
}


@pytest.mark.parametrize(
    ("demand", "text"), [(name, text.strip()) for name, all_ in FURTHEST.items() for text in all_.strip().split("\n")]
)
def test_of_several_demands_the_furthest_counts(demand: str, text: str) -> None:
    """Whoever also asks for what is out of our reach would never be told that it is."""
    reading = read_text(text, WORDS)
    assert (reading["intent"], reading["demand"]) == ("deletion_request", demand), dict(reading.because)


@pytest.mark.parametrize(
    "text",
    [
        "Don't you dare delete our messages, they are my proof",
        "Who told you to delete my chat?",
        "How could you delete my messages without asking me?",
        "I never said you should delete my data",
        "你们敢删聊天记录试试",
        "谁让你们删除我的聊天记录的？",
        "你们为什么把我的聊天删了？",
        "我没有要求你们删除任何东西",
        "不是让你们删资料，是让你们改地址",
        "系统把我的会员数据清空了，积分全没了！",
    ],
)
def test_whoever_forbids_a_deletion_or_accuses_us_of_one_asks_for_none(text: str) -> None:
    """The proof of a customer in a dispute would be taken for a thing that they want gone."""
    assert read_text(text, WORDS)["intent"] != "deletion_request"


@pytest.mark.parametrize(
    "text",
    [
        "promise me there's no copy anywhere and delete it all",
        "there is no need for you to have this so delete my data",
        "你们敢不删我的资料试试",
        "我从来没说过不删，快把我的资料删掉",
        "Don't you dare keep my data, delete it",
    ],
)
def test_a_demand_is_not_taken_back_by_a_word_that_only_looks_like_it(text: str) -> None:
    """A request for deletion would go unseen because of a `no` that is Spanish elsewhere, or a threat to act."""
    assert read_text(text, WORDS)["intent"] == "deletion_request"
