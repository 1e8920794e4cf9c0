"""Guards: what no text to a customer may say, in every language in which customers write."""

from __future__ import annotations

import pytest

from flows.shelf import ROOT
from rules.guards import Guards, read_guards
from rules.problems import Problems
from rules.yaml_source import Source
from tests.rules.packs.shipped_packs import VOCABULARY

FIRST = VOCABULARY.gate({"first_reply": True})


def guards() -> Guards:
    problems = Problems()
    source = Source.read(ROOT / "rules/packs/guards.yaml", problems)
    assert source is not None
    found = read_guards(source, VOCABULARY, problems)
    problems.raise_errors()
    return found


GUARDS = guards()


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("Your data has been completely deleted.", "no-guarantees"),
        ("您的信息已经彻底删除。", "no-guarantees"),
        ("Su chat ha sido BORRADO POR COMPLETO.", "no-guarantees"),
        ("Os seus dados foram excluídos definitivamente.", "no-guarantees"),
        ("لقد تم حذفها نهائيًا من كل مكان", "no-guarantees"),
        ("Data Anda sudah dihapus permanen.", "no-guarantees"),
        ("Ihre Daten wurden vollständig gelöscht.", "no-guarantees"),
        ("Votre message a été définitivement supprimé.", "no-guarantees"),
        ("Pruebe una aplicación para borrar mensajes.", "no-forced-deletion-tools"),
        ("Use um aplicativo para apagar mensagens.", "no-forced-deletion-tools"),
        ("يمكنك استخدام تطبيق حذف الرسائل", "no-forced-deletion-tools"),
        ("Coba aplikasi hapus pesan ini.", "no-forced-deletion-tools"),
        ("Nehmen Sie ein Löschprogramm.", "no-forced-deletion-tools"),
        ("Essayez un logiciel de suppression.", "no-forced-deletion-tools"),
        ("Es por culpa de nuestro proveedor.", "no-excuses-first"),
        ("Foi por causa do nosso fornecedor.", "no-excuses-first"),
        ("حدث ذلك بسبب موردنا", "no-excuses-first"),
        ("Ini disebabkan oleh pemasok kami.", "no-excuses-first"),
        ("Das lag an unserem Lieferanten.", "no-excuses-first"),
        ("C'est à cause de notre fournisseur.", "no-excuses-first"),
    ],
)
def test_it_is_refused_in_every_language(text: str, guard: str) -> None:
    """A customer would be promised what nobody can keep, or be told whose fault it is before they are heard."""
    assert guard in list(GUARDS.objections(text, FIRST))


@pytest.mark.parametrize(
    "text",
    [
        "We have removed your messages from our phones. A backup may still hold them.",
        "我们已经从自己的手机上删除了这些消息，备份里可能还有。",
        "Hemos borrado los mensajes de nuestros teléfonos. Puede quedar una copia de seguridad.",
        "Apagamos as mensagens dos nossos telefones. Pode existir uma cópia de segurança.",
        "حذفنا الرسائل من هواتفنا، وقد تبقى نسخة احتياطية.",
        "Kami sudah menghapus pesan dari ponsel kami. Terima kasih karena sudah menghubungi kami.",
        "Wir haben die Nachrichten von unseren Telefonen gelöscht. Eine Sicherung kann sie noch enthalten.",
        "Nous avons supprimé les messages de nos téléphones. Une sauvegarde peut encore les contenir.",
    ],
)
def test_an_honest_sentence_is_let_through(text: str) -> None:
    """A colleague would have to write by hand what is right, in every case."""
    assert list(GUARDS.objections(text, FIRST)) == []


RECOMMENDED = """
Get yourself ChatEraser, the app takes your old messages off the recipient's device.
There are services that delete a conversation on both phones, have a look online.
A friend of ours is a hacker and removes such things from other people's phones remotely.
GBWhatsApp lets you recall a message after weeks.
淘宝上有人提供服务，可以远程把对方的聊天清空。
试试这个小程序，两边的记录一键清除。
您找个黑客把别人手机上的照片抹掉就行。
裝這個程式，對方手機裡的訊息會強制刪除。
Con esta herramienta puede eliminar los mensajes del teléfono de otra persona.
Um programa desses exclui a conversa dos dois lados.
توجد أداة تحذف المحادثة من الطرفين.
Pakai alat ini untuk menghapus chat di ponsel orang lain.
Laden Sie die App, sie entfernt den Chat auch beim Empfänger.
Ce logiciel supprime la discussion des deux côtés.
"""
WARNED = """
No program on earth can take a message off another person's phone, so please don't install one.
Whoever sells a tool to delete chats on someone else's phone is running a scam.
Inside WhatsApp you can delete a message for everyone for about two days.
市面上号称能清空对方聊天的软件都不可信，小心账号被盗。
能远程删除别人手机消息的工具并不存在。
聲稱能刪掉對方訊息的程式，請別安裝。
No instale ninguna aplicación que prometa borrar mensajes de otra persona.
Nenhum aplicativo apaga mensagens do celular de outra pessoa.
احذر من أي تطبيق يعد بحذف رسائل من هاتف شخص آخر.
Hati-hati dengan aplikasi yang katanya menghapus pesan orang lain.
Kein Programm löscht Nachrichten auf fremden Telefonen.
Aucun outil n'efface les messages du téléphone d'une autre personne.
"""
PROMISED = """
We have wiped every trace of you.
I've taken care of it: all copies have been destroyed.
We will also remove it from your backup.
All your messages are gone for good.
There is nothing left on any device.
放心，您的资料我们统统删掉了。
我们已经从您的手机上把它删除。
我们保证一条都不留，全部清除。
您的備份我們也會全部刪光。
Hemos eliminado sus datos de todas partes.
Nós apagamos tudo para sempre.
لقد مسحنا كل شيء إلى الأبد.
Kami sudah menghapus semuanya.
Wir haben sämtliche Daten gelöscht.
Nous avons supprimé toutes les copies.
"""
HONEST = """
We deleted 31 messages from our records; what is in your backup, only you can remove.
You asked us to wipe everything from your phone, and that is out of our reach.
Nobody can promise that every copy is gone.
Please look into your own phone, and delete the chat there.
我们从业务记录里删除了 31 条消息，您手机里的只有您能删。
没有人能保证所有备份都清除了。
您要我们把一切都删掉，可备份我们碰不到。
Hemos borrado 31 mensajes de nuestros registros.
Apagamos 31 mensagens dos nossos registros; no seu celular, só você pode apagar.
حذفنا 31 رسالة من سجلاتنا، أما هاتفك فلا نستطيع حذف شيء منه.
Kami menghapus 31 pesan dari catatan kami; di ponsel Anda hanya Anda yang bisa.
Wir haben 31 Nachrichten gelöscht; auf Ihrem Handy können nur Sie das tun.
Nous avons supprimé 31 messages; sur votre téléphone, vous seul pouvez le faire.
"""


@pytest.mark.parametrize("text", RECOMMENDED.strip().split("\n"))
def test_no_tool_is_recommended_in_whatever_words(text: str) -> None:
    """A customer would lose money or the account to a swindler whom we have sent them to."""
    assert "no-forced-deletion-tools" in list(GUARDS.objections(text))


@pytest.mark.parametrize("text", PROMISED.strip().split("\n"))
def test_nothing_is_promised_beyond_our_reach_in_whatever_words(text: str) -> None:
    """A customer would believe that the photo is gone, and find it in a backup."""
    assert "no-guarantees" in list(GUARDS.objections(text))


@pytest.mark.parametrize("text", [*WARNED.strip().split("\n"), *HONEST.strip().split("\n")])
def test_a_warning_and_a_limit_may_be_said(text: str) -> None:
    """The very texts that warn of swindlers, and say what we cannot do, would never reach a customer."""
    assert list(GUARDS.objections(text)) == []


def read_guard(text: str) -> tuple[Guards, list[str]]:
    problems = Problems()
    source = Source.parse(text, "guards.yaml", problems)
    assert source is not None
    found = read_guards(source, VOCABULARY, problems)
    return found, [str(each) for each in problems.items]


def test_words_count_only_as_whole_words_of_one_sentence() -> None:
    """`Happy` would be read as `app`, or two harmless sentences as one bad one."""
    found, problems = read_guard(
        "g: {never: Say so, groups: {a: [app], b: [delet*]}, together: [[a, b]], unless: [no]}\n"
    )
    assert problems == []
    assert found.guards["g"].phrase_in("Take the APP and we are deleting it") == "app + deleting"
    assert found.guards["g"].phrase_in("用app去delete") == "app + delete"
    for text in ("Happy to delete it", "An app. Delete it", "no app deletes it", "an app\ndeletes"):
        assert found.guards["g"].phrase_in(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("g: {never: Say so}\n", "it refuses nothing"),
        ("g: {never: Say so, groups: {tool: [app]}, together: [[tol]]}\n", 'no group is called "tol"'),
    ],
)
def test_a_guard_that_cannot_guard_is_named(text: str, message: str) -> None:
    """A designer would believe in a guard that never refuses anything."""
    found, problems = read_guard(text)
    assert found.guards == {}
    assert len(problems) == 1
    assert message in problems[0]


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("I can assure you that there is no copy of your data on any device any more", "no-guarantees"),
        ("Your information no longer exists anywhere", "no-guarantees"),
        ("我们敢打包票，一条都没留下", "no-guarantees"),
        ("您放心，所有地方都删得干干净净", "no-guarantees"),
        ("您的备份我们也一起删好了", "no-guarantees"),
        ("Wir versichern Ihnen, dass nirgends mehr eine Kopie existiert", "no-guarantees"),
        ("Je vous assure que plus rien n'existe nulle part", "no-guarantees"),
        ("Just install WhatsEraser, it cleans the chat off his handset too", "no-forced-deletion-tools"),
        ("There's a Telegram bot which erases both ends", "no-forced-deletion-tools"),
        ("淘宝上有人可以帮您把对方的聊天删掉", "no-forced-deletion-tools"),
    ],
)
def test_a_promise_that_nothing_exists_and_a_person_for_hire_are_refused_too(text: str, guard: str) -> None:
    """A customer would be told in other words what nobody can keep, or sent to a swindler."""
    assert guard in list(GUARDS.objections(text))


@pytest.mark.parametrize(
    "text",
    [
        "WhatsApp lets you delete a message for the other person within about 48 hours.",
        "WhatsApp 官方没有提供删除对方备份的功能。",
        "我们没有办法保证任何地方都没有副本。",
        "We promise to tell you exactly what was deleted and what was not.",
        "Our copy holds no trace of your bank card any more.",
    ],
)
def test_the_name_of_whatsapp_is_no_tool_and_what_is_proven_may_be_said(text: str) -> None:
    """An honest text about WhatsApp's own deletion would be held back, because its name ends like an app's."""
    assert list(GUARDS.objections(text)) == []
