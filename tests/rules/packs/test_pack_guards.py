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
