"""Which remedies a text of ours promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.problems import Problems
from rules.remedies import OFFERS, Remedies, read_remedies, remedy_named
from rules.yaml_source import Source

ROOT = Path(__file__).parents[2]


def read(text: str) -> tuple[Remedies | None, Problems]:
    problems = Problems()
    source = Source.parse(text, "remedies.yaml", problems)
    assert source is not None, [str(each) for each in problems]
    return read_remedies(source, problems), problems


def shipped() -> Remedies:
    found, problems = read((ROOT / "rules" / "remedies.yaml").read_text(encoding="utf-8"))
    assert found is not None, [str(each) for each in problems]
    return found


SHIPPED = shipped()

PROMISES = {
    "You will get a full refund within three days.": "refund",
    "Would you like your money back?": "refund",
    "We know that you asked for a refund; we cannot yet say.": "",
    "We cannot promise a refund, a replacement or a voucher yet.": "",
    "You can choose: a refund, or we send you a new one.": "refund,replacement",
    "We will send it again tomorrow.": "replacement",
    "We cannot refund you, but we will ship a replacement today.": "replacement",
    "Please accept a 10% discount on your next order.": "voucher",
    "我们会在三天内全额退款给您。": "refund",
    "您要求退款,我们已经看到,目前还不能确定。": "",
    "我们马上安排补发,您看是补发原款还是换成其他款式?": "replacement",
    "我们会给您一张优惠券。": "voucher",
    "我们还在努力,还没搞定,但没放弃。": "",
    "退款还是补发,我们暂时还不能确定。": "",
    "Le devolveremos el importe íntegro.": "refund",
    "Le enviaremos otra unidad mañana.": "replacement",
    "Reembolsaremos o valor total.": "refund",
    "سنعيد لك المبلغ كاملا.": "refund",
    "سنرسل لك منتجا بديلا.": "replacement",
    "Kami akan mengembalikan uang Anda.": "refund",
    "Kami kirim ulang besok.": "replacement",
    "Wir erstatten Ihnen den vollen Betrag.": "refund",
    "Wir schicken Ihnen ein neues Gerät.": "replacement",
    "Als Entschuldigung erhalten Sie einen Gutschein.": "voucher",
    "Wir können Ihnen noch nicht sagen, ob Sie eine Erstattung bekommen.": "",
    "Nous vous remboursons intégralement.": "refund",
    "Souhaitez-vous un échange ?": "replacement",
    "Nous vous offrons un bon d'achat.": "voucher",
    "We are looking into this and will write again at six.": "",
    "We are so sorry. Please unplug the charger and do not use it.": "",
    "Our team is working on it, new information comes at 18:00.": "",
    "We will compensate you for this.": "compensation",
    "Please do not send the device back yet.": "",
    "Don't worry, the refund is on its way.": "refund",
    "We will write to you again as soon as we know more.": "",
    "We will send you another update at six.": "",
    "我们会在晚上六点再次给您发消息。": "",
    "Wir schreiben Ihnen um 18 Uhr erneut.": "",
    "Te enviaremos otra actualización a las seis.": "",
    "Kami akan mengirim kabar lagi pukul enam.": "",
    "Nous vous enverrons de nouveau un message à 18 h.": "",
    "We'll send a new message tomorrow.": "",
    "You may choose between a refund, a replacement and a voucher.": "refund,replacement,voucher",
    "退一赔三不用担心,我们给您退钱。": "refund",
    "We're replacing our courier.": "",
    "The refund you asked for is on its way.": "refund",
    "您要求的退款已经办理。": "refund",
    "If you want a refund, tell us and we will see to it.": "refund",
    "您希望退款还是补发?": "refund,replacement",
    "¿Quiere que le devolvamos el dinero?": "refund",
    "هل تريد استرداد المبلغ؟": "refund",
    "Wir wissen, dass Sie eine Erstattung möchten.": "",
    "Nous publierons une nouvelle information à 18 h.": "",
    "Vale, lo miramos ahora mismo.": "",
    "We understand that you want your money back.": "",
    "我们明白您想退款。": "",
    "Se quiser, devolveremos o dinheiro.": "refund",
    "A replacement will be sent free of charge.": "replacement",
    "Tell us whether you want a refund or a replacement.": "refund,replacement",
    "We do not know yet whether there will be a refund, a replacement or a voucher.": "",
    "Wir tauschen das Gerät um und liefern neu: Ersatz kommt morgen.": "replacement",
    "Du bekommst 20 % Rabatt.": "voucher",
    "20% off your next order": "voucher",
}
"""A text -> what it promises; nothing, where it is a limit, the customer's own wish, or about something else."""


@pytest.mark.parametrize(("text", "promised"), PROMISES.items())
def test_what_a_text_promises(text: str, promised: str) -> None:
    """A promise would slip past the statement, or an honest text would be refused."""
    assert ",".join(sorted(SHIPPED.promised(text))) == promised


def test_compensation_is_covered_by_either_kind_of_money() -> None:
    """A word that names no remedy would be refused although the statement allows what it means."""
    text = "We will compensate you for this."
    assert SHIPPED.outside(text, ["voucher"]) == {}
    assert SHIPPED.outside(text, ["refund"]) == {}
    assert set(SHIPPED.outside(text, ["replacement"])) == {"compensation"}


@given(st.sampled_from(list(PROMISES)), st.sets(st.sampled_from(OFFERS)), st.sets(st.sampled_from(OFFERS)))
def test_allowing_more_never_refuses_more(text: str, some: set[str], more: set[str]) -> None:
    """A statement that allows more would make a text that was fine a wrong one."""
    assert set(SHIPPED.outside(text, some | more)) <= set(SHIPPED.outside(text, some))
    assert SHIPPED.outside(text, OFFERS) == {}


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """A strange text would stop the letter of a customer, or the reading of what a colleague wrote."""
    assert set(SHIPPED.promised(text)) <= set(SHIPPED.remedies)


@pytest.mark.parametrize(
    ("given", "name"), [("Reship", "replacement"), ("coupons", "voucher"), ("refund", "refund"), ("car", None)]
)
def test_a_remedy_by_the_word_that_people_have_for_it(given: str, name: str | None) -> None:
    """Whoever types `coupon` in the middle of a crisis would be sent to the documentation."""
    assert remedy_named(given) == name


def test_a_group_that_nobody_has_written_is_named() -> None:
    """A slip in the file would read as "promises nothing"."""
    text = (ROOT / "rules" / "remedies.yaml").read_text(encoding="utf-8").replace("[[gives, money]]", "[[gives, mony]]")
    found, problems = read(text)
    assert found is None
    assert 'no group is called "mony"' in str(problems.items[0])


def test_a_remedy_that_is_missing_is_named() -> None:
    """Nobody would notice any more that it is promised."""
    found, problems = read(
        "unless: [x]\nwish: [x]\ngranted: [x]\nown: [x]\nremedies: {refund: {means: x, words: [refund]}}\n"
    )
    assert found is None
    assert ["replacement" in str(problems.items[0]), "voucher" in str(problems.items[1])] == [True, True]
