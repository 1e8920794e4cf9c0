"""Questions about chats and data: which one it is, and that asking about a deletion is not asking for one."""

from __future__ import annotations

import pytest

from rules.problems import ContentError, Problems
from rules.text.reading import WordLists, read_text
from rules.vocabulary import UNKNOWN, Vocabulary
from rules.yaml_source import Source

WORDS = WordLists.load()

QUESTIONS = {
    "deleted_chat": """
        When I wipe the chat on my phone, will you still have it?
        i deleted our convo, does the other side still see it?
        I uninstalled the app last week, do you still have our chat?
        我把对话清空了，对方那边还有吗？
        我这边删掉之后，你们还能看见么
        我刪了聊天，你們那邊還看得到嗎？
    """,
    "whatsapp_keeps": """
        Does WhatsApp store what I write to you?
        can Meta look into our chats?
        is whatsapp really end-to-end encrypted?
        WhatsApp的服务器会存我们的消息吗？
        脸书能不能看到聊天内容
        WhatsApp官方會保留我的紀錄嗎？
    """,
    "backups": """
        Will a deleted message reappear when I restore my backup?
        do old chats that were removed stay in iCloud?
        Why are backups so hard to clean?
        撤回的消息在云备份里还会有吗
        从备份恢复，删掉的图会回来吗？
        備份真的這麼難處理嗎？
    """,
    "forced_deletion": """
        Is there software that deletes messages from the other person's phone?
        could a hacker erase the chat on my ex's phone?
        any third party tool that forces deletion on both sides?
        有没有工具可以强制删除对方手机里的消息
        网上说有软件能远程清除别人的聊天，靠谱吗？
        有沒有程式可以把對方的訊息刪掉？
    """,
}
ELSEWHERE = {
    "deleted_chat": """
        Si borro el chat en mi teléfono, ¿ustedes todavía lo ven?
        Se eu apagar a conversa, vocês ainda conseguem ver?
        Kalau saya hapus chat ini, kalian masih bisa lihat?
        Wenn ich den Chat bei mir lösche, könnt ihr ihn noch sehen?
        Si je supprime la discussion, vous la voyez encore ?
        إذا حذفت المحادثة من عندي هل تبقى عندكم؟
    """,
    "whatsapp_keeps": """
        ¿WhatsApp guarda mis mensajes?
        O WhatsApp guarda minhas mensagens?
        Apakah WhatsApp menyimpan pesan kita?
        Speichert WhatsApp unsere Nachrichten?
        Est-ce que WhatsApp conserve nos messages ?
        هل واتساب يحتفظ برسائلنا؟
    """,
    "backups": """
        ¿Los mensajes borrados vuelven si restauro una copia de seguridad?
        Mensagens apagadas voltam quando restauro o backup?
        Apakah pesan yang dihapus muncul lagi dari backup?
        Kommen gelöschte Nachrichten aus dem Backup zurück?
        Les messages supprimés reviennent-ils avec la sauvegarde ?
        هل ترجع الرسائل المحذوفة من النسخة الاحتياطية؟
    """,
    "forced_deletion": """
        ¿Hay alguna app para borrar mensajes del teléfono de otra persona?
        Existe um aplicativo que apaga mensagens do celular de outra pessoa?
        Ada aplikasi untuk hapus pesan di hp orang lain?
        Gibt es eine App, die Nachrichten auf dem Handy der anderen Person löscht?
        Y a-t-il une appli pour effacer les messages sur le téléphone d'une autre personne ?
        هل يوجد برنامج يحذف الرسائل من هاتف شخص آخر؟
    """,
}
"""The same in Spanish, Portuguese, Indonesian, German, French and Arabic."""
DEMANDS = """
Please delete our chat, from your backups as well
Can you remove my messages from your phone and from iCloud?
I deleted the chat on my side, now please delete it on yours
You still have my photo in your backup, so please erase it
请把我们的聊天删掉，云端备份也要删
我这边已经删了，麻烦你们那边也把我的信息删掉
能不能把你们备份里我的身份证删了？
"""


@pytest.mark.parametrize(
    ("question", "text"),
    [(q, t.strip()) for both in (QUESTIONS, ELSEWHERE) for q, s in both.items() for t in s.strip().split("\n")],
)
def test_a_question_is_known_and_starts_no_deletion(question: str, text: str) -> None:
    """Whoever asks what deleting does would get the deletion procedure, or an answer to another question."""
    reading = read_text(text, WORDS)
    assert (reading["intent"], reading["question"]) == ("privacy_question", question), dict(reading.because)


@pytest.mark.parametrize("text", DEMANDS.strip().split("\n"))
def test_a_demand_stays_a_demand_whatever_else_it_speaks_of(text: str) -> None:
    """A customer who asks for deletion, backups and all, would be given a lecture on backups instead."""
    assert read_text(text, WORDS)["intent"] == "deletion_request"


@pytest.mark.parametrize("text", ["Do you sell my number to anybody?", "你们会把我的号码卖给别人吗？"])
def test_a_question_about_us_is_none_of_the_four(text: str) -> None:
    """Somebody who fears for their number would be told about backups."""
    assert read_text(text, WORDS)["question"] == "other"


@pytest.mark.parametrize("text", ["Good morning!", "my parcel is late", "快递还没到", "please delete my data"])
def test_of_a_message_that_asks_nothing_the_question_is_unknown(text: str) -> None:
    """A complaint would count as a question about privacy."""
    assert read_text(text, WORDS)["question"] == UNKNOWN


LISTS = """
language: en
locale: en
negation: {words: never, reach: 20}
groups: {asks: "?", does: delete*, wish: please}
lists:
  - {id: wanted, sets: {intent: deletion_request}, phrases: delete*}
  - id: asked
    sets: {intent: privacy_question}
    without: [wish]
    instead_of: [wanted]
    together: [[asks, does]]
"""


def lists(text: str) -> WordLists:
    problems = Problems()
    source = Source.parse(text, "en.yaml", problems)
    assert source is not None
    found = WordLists.parse([source], Vocabulary.load(), problems)
    problems.raise_errors()
    return found


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("delete it", "deletion_request"),
        ("who deletes it?", "privacy_question"),
        ("who deletes it? delete it", "deletion_request"),
        ("who deletes it, please?", "deletion_request"),
        ("who deletes it, never please?", "privacy_question"),
    ],
)
def test_a_list_speaks_instead_of_another_in_its_own_sentence(text: str, intent: str) -> None:
    """A question before a demand would swallow the demand."""
    assert read_text(text, lists(LISTS))["intent"] == intent


@pytest.mark.parametrize(("wrong", "message"), [("[wish]", "group"), ("[wanted]", "other list")])
def test_a_name_that_nothing_has_is_named(wrong: str, message: str) -> None:
    """A misspelt name would silently leave a list without its limit."""
    with pytest.raises(ContentError, match=f'no {message} is called "nobody"'):
        lists(LISTS.replace(wrong, "[nobody]"))
