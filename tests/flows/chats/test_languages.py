"""What WhatsApp writes itself, in each language that it may be set to, on both kinds of phones."""

from __future__ import annotations

import pytest

from flows.chats.content import Content, content_of, is_beginning
from flows.chats.placeholders import kind_of_file
from flows.chats.words import WORDS
from rules.vocabulary import Vocabulary

LEFT_OUT = {
    "en": {"<Media omitted>": "media", "image omitted": "image", "video omitted": "video", "audio omitted": "audio",
           "sticker omitted": "sticker", "GIF omitted": "image", "document omitted": "document",
           "Contact card omitted": "contact", "video note omitted": "video",
           "<View once voice message omitted>": "audio"},
    "zh-CN": {"<省略多媒体文件>": "media", "<媒体文件已忽略>": "media", "图像已忽略": "image", "视频已忽略": "video",
              "音频已忽略": "audio", "贴图已忽略": "sticker", "文档已忽略": "document", "GIF 已忽略": "image",
              "联系人卡片已忽略": "contact"},
    "zh-TW": {"<已忽略多媒體檔>": "media", "<省略多媒體檔案>": "media", "<媒體已略去>": "media", "圖片已忽略": "image",
              "影片已忽略": "video", "音訊已略去": "audio", "貼圖已忽略": "sticker", "文件已忽略": "document"},
    "es": {"<Multimedia omitido>": "media", "<Archivo omitido>": "media", "imagen omitida": "image",
           "Video omitido": "video", "audio omitido": "audio", "sticker omitido": "sticker",
           "documento omitido": "document", "Tarjeta de contacto omitida": "contact"},
    "pt": {"<Mídia oculta>": "media", "<Arquivo de mídia oculto>": "media", "<Ficheiro não revelado>": "media",
           "imagem ocultada": "image", "vídeo omitido": "video", "áudio ocultado": "audio",
           "figurinha omitida": "sticker", "documento omitido": "document", "cartão de contato omitido": "contact"},
    "ar": {"<تم استبعاد الوسائط>": "media", "<الوسائط غير مضمنة>": "media", "تم إخفاء الصورة": "image",
           "صورة محذوفة": "image", "تم حذف الفيديو": "video", "تم استبعاد المقطع الصوتي": "audio",
           "تم استبعاد الملصق": "sticker", "تم استبعاد المستند": "document"},
    "id": {"<Media tidak disertakan>": "media", "gambar tidak disertakan": "image", "video tidak disertakan": "video",
           "audio dihilangkan": "audio", "stiker tidak disertakan": "sticker", "dokumen tidak disertakan": "document"},
    "de": {"<Medien ausgeschlossen>": "media", "<Medien weggelassen>": "media", "Bild weggelassen": "image",
           "Video weggelassen": "video", "Audio weggelassen": "audio", "Sticker weggelassen": "sticker",
           "Dokument weggelassen": "document", "Kontaktkarte ausgelassen": "contact"},
    "fr": {"<Médias omis>": "media", "<Fichier omis>": "media", "image absente": "image", "vidéo absente": "video",
           "audio omis": "audio", "sticker omis": "sticker", "document manquant": "document",
           "Fiche contact omise": "contact"},
}  # fmt: skip
ATTACHED = {
    "en": ("(file attached)", "attached: "),
    "zh-CN": ("(文件附件)", "附件："),
    "zh-TW": ("(附件檔案)", "附件："),
    "es": ("(archivo adjunto)", "adjunto: "),
    "pt": ("(arquivo anexado)", "anexado: "),
    "ar": ("(الملف مرفق)", "المرفق: "),
    "id": ("(file terlampir)", "terlampir: "),
    "de": ("(Datei angehängt)", "Anhang: "),
    "fr": ("(fichier joint)", "pièce jointe : "),
}
DELETED = {
    "en": ("This message was deleted", "You deleted this message."),
    "zh-CN": ("此消息已删除", "您删除了此消息。"),
    "zh-TW": ("此訊息已刪除", "您已刪除此訊息。"),
    "es": ("Se eliminó este mensaje.", "Eliminaste este mensaje."),
    "pt": ("Mensagem apagada", "Você apagou esta mensagem"),
    "ar": ("تم حذف هذه الرسالة", "لقد حذفت هذه الرسالة"),
    "id": ("Pesan ini telah dihapus", "Anda menghapus pesan ini"),
    "de": ("Diese Nachricht wurde gelöscht.", "Du hast diese Nachricht gelöscht."),
    "fr": ("Ce message a été supprimé", "Vous avez supprimé ce message"),
}
EDITED = {
    "en": "This message was edited",
    "zh-CN": "此消息已编辑",
    "zh-TW": "此訊息已編輯",
    "es": "Se editó este mensaje.",
    "pt": "Mensagem editada",
    "ar": "تم تعديل هذه الرسالة",
    "id": "Pesan ini diedit",
    "de": "Diese Nachricht wurde bearbeitet.",
    "fr": "Ce message a été modifié",
}
MISSED = {
    "en": "Missed voice call",
    "zh-CN": "未接语音通话",
    "zh-TW": "未接視訊通話",
    "es": "Llamada de voz perdida",
    "pt": "Chamada de voz perdida",
    "ar": "مكالمة صوتية فائتة",
    "id": "Panggilan suara tak terjawab",
    "de": "Verpasster Sprachanruf",
    "fr": "Appel vocal manqué",
}
BEGINNING = {
    "en": "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
    "zh-CN": "消息和通话都进行端到端加密。对话之外的任何人都无法读取。",
    "zh-TW": "訊息和通話經端對端加密。",
    "es": "Los mensajes y las llamadas están cifrados de extremo a extremo.",
    "pt": "As mensagens e as ligações são protegidas com a criptografia de ponta a ponta.",
    "ar": "الرسائل والمكالمات مشفرة تمامًا بين الطرفين.",
    "id": "Pesan dan panggilan dienkripsi secara end-to-end.",
    "de": "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.",
    "fr": "Les messages et les appels sont chiffrés de bout en bout.",
}
LOCALES = sorted(WORDS)
PHOTO = "IMG-20251224-WA0007.jpg"
TAKEN = "00000042-PHOTO-2025-12-24-21-05-33.jpg"


def test_every_language_of_the_rules_is_read() -> None:
    """A shop whose customers are answered in a language could not bring its chats in that language."""
    assert set(Vocabulary.load().fact("locale").values) - {"unknown"} <= WORDS.keys()


@pytest.mark.parametrize(("locale", "line"), [(locale, line) for locale in LOCALES for line in LEFT_OUT[locale]])
def test_file_that_was_left_out_is_no_text(locale: str, line: str) -> None:
    """A picture would be kept as if the customer had written these words, and its copy on the phone be forgotten."""
    kind = LEFT_OUT[locale][line]
    for written in (line, f"\u200e{line}", f"\u200f{line}"):
        assert (content_of([written]).kind, content_of([written]).text) == (kind, "")


@pytest.mark.parametrize("locale", LOCALES)
def test_file_that_was_exported_keeps_its_name_and_its_caption(locale: str) -> None:
    """The file beside the chat could not be found, or what was written with it would be lost."""
    android, iphone = ATTACHED[locale]
    found = content_of([f"\u200e{PHOTO} {android}", "my address", "is on it"])
    assert (found.kind, found.file, found.text) == ("image", PHOTO, "my address\nis on it")
    for lines in ([f"my address \u200e<{iphone}{TAKEN}>"], [f"\u200e<{iphone}{TAKEN}>", "my address"]):
        found = content_of(lines)
        assert (found.kind, found.file, found.text) == ("image", TAKEN, "my address")
    found = content_of([f"Invoice 7.pdf • \u200e3 pages \u200e<{iphone}00000043-Invoice 7.pdf>"])
    assert (found.kind, found.file, found.text) == ("document", "00000043-Invoice 7.pdf", "")


@pytest.mark.parametrize("locale", LOCALES)
def test_what_was_deleted_edited_or_missed_is_told(locale: str) -> None:
    """WhatsApp's own words would be read as the customer's, and a deleted message counted as still there."""
    theirs, ours = DELETED[locale]
    assert content_of([theirs]) == Content("deleted", locales=content_of([theirs]).locales)
    assert content_of([f"\u200e{ours}"]).by_us
    assert content_of([f"Good \u200e<{EDITED[locale]}>"]).text == "Good"
    assert content_of([f"Good <{EDITED[locale]}>"]).text == "Good"
    assert content_of([f"\u200e{MISSED[locale]}"]).kind == "call"
    for stop in (".", ",", "，", "。"):
        assert content_of([f"\u200e{MISSED[locale]}{stop} \u200e5 min"]).kind == "call"
    assert is_beginning(BEGINNING[locale])


@pytest.mark.parametrize(
    "text",
    [
        "My image was omitted from the order",
        "Did you delete this message?",
        "You deleted this message, why?",
        "<3",
        "I love it <3 <3>",
        "Voice call?",
        "Video call",
        "Foto",
        "see report.pdf",
        "Location: the second floor",
        "Poll: who comes?",
        "End-to-end encrypted chats are great",
        "图片在哪里？",
        "Die Datei wurde bearbeitet",
        "size <edited>",
    ],
)
def test_words_of_a_customer_stay_words(text: str) -> None:
    """What somebody wrote would be thrown away as WhatsApp's own words."""
    assert content_of([text]).kind == "text"
    assert not is_beginning(text)


def test_other_kinds_of_messages_are_told() -> None:
    """Places, contacts and votes are personal, too, and would not be found among the words."""
    place = "location: https://maps.google.com/?q=48.1,11.5"
    assert content_of([place]) == Content("location", place)
    assert content_of(["位置：https://maps.google.com/?q=48.1,11.5"]).kind == "location"
    assert content_of(["Ana Maier.vcf (file attached)"]).kind == "contact"
    assert content_of(["POLL:", "When?", "OPTION: now (1 vote)"]) == Content("poll", "When?\nOPTION: now (1 vote)")
    assert content_of(["null"]).kind == "call"
    assert content_of(["\u200eYou received a view once photo."]).kind == "image"
    assert content_of(["Invoice.pdf • \u200e3 pages \u200edocument omitted"]) == Content(
        "document", "", "Invoice.pdf", content_of(["document omitted"]).locales
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (PHOTO, "image"), (TAKEN, "image"), ("PTT-20251224-WA0001.opus", "audio"),
        ("STK-20251224-WA0001.webp", "sticker"),
        ("00000002-AUDIO-2025-12-24-21-05-33.opus", "audio"), ("00000003-STICKER-2025-12-24-21-05-33.webp", "sticker"),
        ("VID-20251224-WA0001.mp4", "video"), ("00000009-GIF-2025-12-24-21-05-33.mp4", "video"),
        ("Price list.xlsx", "document"),
        ("DOC-20251224-WA0001.jpg", "document"), ("holiday.HEIC", "image"), ("Ana.vcf", "contact"),
    ],
)  # fmt: skip
def test_kind_of_a_file_is_told_by_its_name(name: str, kind: str) -> None:
    """A voice note would be listed as a document, and nobody would listen to what is in it."""
    assert kind_of_file(name) == kind
