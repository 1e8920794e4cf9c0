"""The file of an exported chat: a .txt, or the .zip with a .txt and the media in it."""

from __future__ import annotations

import codecs
import hashlib
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from flows.errors import FirebreakError

LARGEST = 50_000_000  # bytes; a chat of ten years has about five million


class NotAChat(FirebreakError):
    """The file cannot be read as an exported chat, or a question about it is open."""


@dataclass(frozen=True)
class ChatFile:
    """What is in a file: the `text`, the names of the `media` beside it, and who the name of the file says the chat is
    with (`name`; empty if it does not say)."""

    path: Path
    text: str = field(repr=False)
    media: tuple[str, ...] = ()
    name: str = ""

    def sha256(self) -> str:
        """The hash of the file as it stands on the disk, 64 hex digits."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def open_chat(path: Path) -> ChatFile:
    """The chat in a file. Raises `NotAChat`, saying why, when there is none or it cannot be read."""
    try:
        if zipfile.is_zipfile(path):
            return _unpacked(path)
        if path.stat().st_size > LARGEST:
            raise NotAChat(f"{path} is larger than {LARGEST // 1_000_000} MB.")
        data = path.read_bytes()
        if data.startswith(b"PK\x03\x04"):
            raise NotAChat(f"{path} is a .zip that is damaged or not complete; export or copy it again.")
        return ChatFile(path, _decoded(path, data), (), _chat_name(path.stem))
    except RuntimeError:
        raise NotAChat(f"{path} is locked with a password; unpack it first.") from None
    except (OSError, zipfile.BadZipFile, NotImplementedError, zlib.error, lzma.LZMAError) as error:
        raise NotAChat(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _unpacked(path: Path) -> ChatFile:
    with zipfile.ZipFile(path) as packed:
        inside = [each for each in packed.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")]
        chat = _the_chat(path, [each for each in inside if each.filename.lower().endswith(".txt")])
        if chat.file_size > LARGEST:
            raise NotAChat(f"The chat in {path} is larger than {LARGEST // 1_000_000} MB.")
        with packed.open(chat) as file:
            text = _decoded(path, file.read(LARGEST))
    media = tuple(PurePosixPath(each.filename).name for each in inside if each is not chat)
    name = next(filter(None, map(_chat_name, (path.stem, PurePosixPath(chat.filename).stem))), "")
    return ChatFile(path, text, media, name)


def _the_chat(path: Path, texts: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Of several texts the one that WhatsApp wrote: customers send .txt files, too."""
    if len(texts) > 1:
        own = (path.stem.casefold(), "_chat")
        texts = [
            each
            for each in texts
            if PurePosixPath(each.filename).stem.casefold() in own or _chat_name(PurePosixPath(each.filename).stem)
        ] or texts
    if len(texts) != 1:
        raise NotAChat(f"{path} holds {len(texts) or 'no'} .txt files; an exported chat has one.")
    return texts[0]


def _decoded(path: Path, data: bytes) -> str:
    # Whoever opened and saved the file on Windows may have made it UTF-16, which says so in its first two bytes.
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise NotAChat(f"{path} is not UTF-8 text, as exported chats are.") from None


_NAMES = tuple(
    re.compile(like, re.IGNORECASE)
    for like in (
        r"whatsapp[ _-]+chat[ _]+(?:with|mit)[ _]+(.+)",  # en, de
        r"whatsapp[ _-]+chat[ _]*-[ _]*(.+)",  # iPhones, in most languages
        r"chat[ _](?:de[ _])?whatsapp[ _](?:con|dengan)[ _](.+)",  # es, id
        r"conversa[ _](?:do|no)[ _]whatsapp[ _]com[ _](.+)",  # pt
        r"discussion[ _]whatsapp[ _]avec[ _](.+)",  # fr
        r".*(?:واتساب|whatsapp)[ _]+مع[ _]+(.+)",  # ar
        r"[与與和跟][ _]*(.+?)[ _]*的[ _]*whatsapp[ _]*(?:聊天|对话|對話|消息|訊息)(?:记录|紀錄|記錄)?",  # zh
        r"whatsapp[ _]*(?:聊天|对话|對話)(?:记录|紀錄|記錄)?[ _]*-[ _]*(.+)",
    )
)
_COPY = re.compile(r"[ _]?\([0-9]{1,3}\)$")  # what a browser adds to the name of a second download


def _chat_name(stem: str) -> str:
    return next(_names_in(unicodedata.normalize("NFC", stem).strip()), "")


def _names_in(stem: str) -> Iterator[str]:
    for like in _NAMES:
        if found := like.fullmatch(_COPY.sub("", stem)):
            yield found[1].strip()
