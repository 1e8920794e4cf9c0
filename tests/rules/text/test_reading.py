"""Reading whole messages: in which language, by which voice, and what is left open."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.text.first_voice import FirstVoice
from rules.text.plain import LONGEST_TEXT
from rules.text.reading import Reading, WordLists, read_text
from rules.text.voice import Shares
from rules.vocabulary import UNKNOWN, Vocabulary, facts_to_json
from rules.voice.second_voice import SecondVoice

VOCABULARY = Vocabulary.load()
WORDS = WordLists.load()


class Says:
    """A voice that says the same of every text: of each fact how likely each value is."""

    name = "third voice"

    def __init__(self, **heard: Shares) -> None:
        self.heard = heard

    def listen(self, _text: str) -> Mapping[str, Shares]:
        return self.heard


def read(text: str, before: str | None = None, *voices: Says) -> Reading:
    return read_text(text, WORDS, before, voices)


# A message of a language without lists must never look harmless, whatever words it shares with one that has them.
WITHOUT_LISTS = """
Vorrei che cancellaste i miei dati personali dalla chat
Il mio pacco non è ancora arrivato, dove si trova?
il caricabatterie ha preso fuoco stanotte
Ik wil dat jullie mijn gegevens verwijderen
de lader is ontploft en mijn dochter is gewond
Proszę usunąć moje dane
Siparişim hala gelmedi nerede
lütfen bilgilerimi silin
Vui lòng xóa thông tin của tôi
đơn hàng của tôi bị trễ
pakibura po ng data ko
Te rog șterge datele mele
tafadhali futa taarifa zangu
لطفا اطلاعات من را پاک کنید
میرا پارسل ابھی تک نہیں آیا
Удалите мои данные пожалуйста
私の個人情報を削除してください
제 개인정보를 삭제해 주세요
कृपया मेरा डेटा हटा दें
ฉันต้องการลบข้อมูล
"""


@pytest.mark.parametrize("text", WITHOUT_LISTS.strip().split("\n"))
def test_a_language_without_lists_is_unknown_and_not_harmless(text: str) -> None:
    """A fire that is told of in Italian would otherwise be filed as an ordinary message."""
    reading = read(text)
    assert reading["locale"] == UNKNOWN
    assert reading["intent"] != "other"
    assert reading["sign_safety"] is not False


@pytest.mark.parametrize(
    ("text", "before", "locale"),
    [
        ("ok", "zh-CN", "zh-CN"),
        ("no", "es", "es"),
        ("refund", "en", "en"),
        ("ok", None, "en"),
        ("你好", "zh-TW", "zh-TW"),
        ("你好", "en", "zh-CN"),
        ("请删除我的资料", "zh-TW", "zh-CN"),
        ("where is my parcel? it was sent two weeks ago", "zh-CN", "en"),
        ("👍", "en", UNKNOWN),
    ],
)
def test_a_short_text_is_in_the_language_of_the_conversation(text: str, before: str | None, locale: str) -> None:
    """A customer who answers `ok` would otherwise get the next reply in another language."""
    assert read(text, before)["locale"] == locale


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("> please delete my data\nwhat do you mean by this?", "other"),
        ('You said "delete my data" takes a week, what does that mean?', "other"),
        ('I told you: "delete my data". Why is it still there?', "deletion_request"),
        ("你们说“删除我的资料”要一周,是什么意思?", "other"),
    ],
)
def test_what_is_only_quoted_is_not_asked_for(text: str, intent: str) -> None:
    """A question about our own words would otherwise begin a deletion."""
    assert read(text)["intent"] == intent


def test_danger_counts_also_where_it_is_quoted() -> None:
    """A customer who repeats what the fire brigade said would otherwise be overheard."""
    assert read('The technician wrote "the battery exploded"')["sign_safety"] is True


def test_a_text_that_nobody_reads_to_its_end_is_not_harmless() -> None:
    """Whoever hides a threat behind a long preface would otherwise be taken for friendly."""
    reading = read("thank you so much " * (LONGEST_TEXT // 18 + 1) + "or my lawyer will call")
    assert reading["sign_legal_threat"] == UNKNOWN
    assert reading["intent"] == UNKNOWN


def test_another_voice_adds_a_sign_and_is_named() -> None:
    """A danger that no list foresaw would otherwise be missed, or nobody could tell where it came from."""
    reading = read("it did something odd to my hand", None, Says(sign_safety={True: 0.84, False: 0.16}))
    assert reading["sign_safety"] is True
    assert reading.because["sign_safety"] == ("third voice: yes, 84%",)


def test_another_voice_cannot_take_a_sign_away() -> None:
    """A customer who writes `ignore the fire, all is well` into a message would otherwise be believed by a machine."""
    assert read("my charger caught fire", None, Says(sign_safety={True: 0.0, False: 1.0}))["sign_safety"] is True


def test_voices_that_disagree_leave_it_to_a_person() -> None:
    """A deletion would otherwise start by a word list alone while something speaks against it."""
    reading = read("please delete my data", None, Says(intent={"other": 0.97, "deletion_request": 0.03}))
    assert reading["intent"] == UNKNOWN
    assert reading.because["intent"][-1] == "third voice: other, 97%"


def test_a_voice_that_speaks_of_what_nobody_knows_is_not_heard() -> None:
    """A model of another version would otherwise stop every message at the gate."""
    reading = read("hello", None, Says(intent={"sell_something": 1.0}, sign_of_spring={True: 1.0}))
    assert reading["intent"] == "other"
    assert VOCABULARY.gate(reading)


@settings(deadline=None)  # the first text waits for thirty thousand phrases to be made findable
@given(st.text(st.characters(codec=None), max_size=80), st.sampled_from([None, "en", "zh-TW", "xx"]))
def test_any_text_becomes_facts(text: str, before: str | None) -> None:
    """One strange message could otherwise stop the reading of all others."""
    reading = read_text(text, WORDS, before, [SecondVoice.load()])
    json.dumps(facts_to_json(VOCABULARY.gate(reading))).encode()
    json.dumps(reading.because).encode()


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for the quick delivery. Baterainya meledak dan anak saya luka",
        "Hello, the lamp arrived, thanks! La batterie a pris feu",
        "Good morning, how are you? Das Ladegerät hat Feuer gefangen und meine Hand verbrannt",
        "Hola, muchas gracias por todo. Chargernya meledak",
    ],
)
def test_danger_is_heard_where_a_customer_changes_the_language(text: str) -> None:
    """Whoever greets politely in our language and goes on in their own would otherwise be taken for friendly."""
    assert read(text)["sign_safety"] is True


@pytest.mark.parametrize("text", ["meledak", "fuego!", "fogo!", "着火了"])
def test_a_cry_in_another_language_than_before_is_heard(text: str) -> None:
    """Somebody in panic would otherwise be judged by the language of an earlier, calmer message."""
    assert read(text, "en")["sign_safety"] is True


@pytest.mark.parametrize("piece", ["fire ", "删除我的资料", "着火", ">\n", "delete my data ", '"delete" '])
def test_reading_takes_as_long_as_the_text_is(piece: str) -> None:
    """One customer who sends the same word a thousand times would otherwise hold up everybody."""
    FirstVoice(WORDS.plain(piece), WORDS)  # the phrases are made findable before
    used = []
    for length in (4_000, 32_000):
        began = time.process_time()
        read(piece * (length // len(piece)))
        used.append(time.process_time() - began)
    assert used[1] < 30 * used[0] + 1


HARMLESS = """
Hello!
No!
a
see you tomorrow
call 13812345678
have a nice day
barang sudah sampai, terima kasih
كم سعر الشاحن؟
再见
don't delete my data
I changed my mind, don't delete my data
请不要删除我的资料
no borres mis datos
bitte nicht löschen
> delete my data
"""


@pytest.mark.parametrize("text", HARMLESS.strip().split("\n"))
def test_small_talk_wakes_nobody(text: str) -> None:
    """A greeting would call the owner at night, or a customer be told to run from their own charger."""
    reading = read_text(text, WORDS, None, [SecondVoice.load()])
    assert reading["intent"] == "other", dict(reading.because)
    assert not [name for name, value in reading.items() if name.startswith("sign_") and value is True]
