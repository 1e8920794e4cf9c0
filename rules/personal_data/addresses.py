"""Postal addresses: the words for streets and houses of each language, beside a number.

Every pattern asks for the heart of an address, a street and the number of a house (or a building and a room), because
a town or a street alone is where many people live. From there an address is followed to both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.personal_data.plain import Plain

_HAN = "\u3400-\u9fff"
_COUNT = "(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,4})"

_CHINESE_HEART = re.compile(
    rf"(?:路|街|大道|道|巷|弄|胡同|村|里|段)[ ]?{_COUNT}?段?(?:[ ]?{_COUNT}[巷弄]){{0,2}}[ ]?{_COUNT}(?:[-之]{_COUNT})?[ ]?(?:号|號|弄)(?!线|線|门店|店)"
    rf"|[0-9a-z]{{1,4}}[ ]?(?:号楼|號樓|栋|棟|幢|座|单元|單元|期)[ ]?(?:[0-9]{{1,2}}(?:单元|單元))?[ ]?[0-9]{{1,3}}(?:[-][0-9]{{1,4}}|[ ]?(?:室|房|层|層|楼|樓)|[0-9]{{1,2}}(?![0-9元块]))"
    rf"|[{_HAN}]{{2}}(?:市|区|區|县|縣)[{_HAN}]{{2,12}}(?:小区|社區|花园|花園|大厦|大廈|公寓|新村|家园)[ ]?[0-9]{{1,4}}"
)
_CHINESE_BEFORE = re.compile(rf"[{_HAN}0-9a-z\-· ]{{0,40}}$")
_CHINESE_START = re.compile("地址|住址|寄到|寄往|寄给|寄至|送到|送往|送货到|发到|发往|住在|家住|家在|位于|在于|收货|改成|改为|改到|搬到|寄來|[:是在到为]")
_CHINESE_AFTER = re.compile(
    rf"(?:[ ,，]?(?:[{_HAN}]{{1,8}})?[ ]?[0-9a-z一二三四五六七八九十]{{1,5}}(?:[-][0-9]{{1,4}})?[ ]?(?:号楼|號樓|栋|棟|幢|座|楼|樓|层|層|单元|單元|室|房|户|戶|号|號|f)(?:之[0-9]{{1,2}})?){{1,5}}"
)
_CHINESE_LABELLED = re.compile(rf"(?:地址|住址)[ ]*[:是为為][ ]*(?P<it>(?=[^\n。;!?]{{0,40}}[0-9省市区區县縣路街])[{_HAN}0-9a-z#\-· ,()]{{6,60}})")

_NAME = r"[^\W\d_][^\W\d_'.-]{0,24}[.]?"  # a word of a street's name
_NAMES = rf"{_NAME}(?:[ -]{_NAME}){{0,4}}"
_HOUSE = r"[0-9]{1,5}(?:[ ]?[a-z](?![a-z]))?(?:[-/][0-9]{1,4}[a-z]?)?"
_NO = r"(?:,?[ ]?(?:no\.?|nro\.?|num\.?|numero|nomor|nr\.?|n\.|#|blok|km)?[ ]?)"

_ENGLISH_ALWAYS = "street|avenue|boulevard|road|lane|st|ave|blvd|rd|ln|pkwy|parkway|crescent|terrace"
_ENGLISH_CAPITAL = "drive|dr|court|ct|place|pl|square|sq|way|close|highway|hwy|gardens|mews|row|hill|grove"
_ENGLISH = re.compile(
    rf"(?<![0-9a-z.,/:-])(?:(?:flat|apt|unit|suite)[ ]?[0-9a-z]{{1,4}},?[ ])?{_HOUSE},?[ ](?P<name>{_NAME}(?:[ ]{_NAME}){{0,3}}?)"
    rf"[ ](?:(?P<weak>{_ENGLISH_CAPITAL})|(?:{_ENGLISH_ALWAYS}))(?![a-z])\.?"
)
_NO_STREET = frozenset(
    "a an and at by day days for from hour hours hundred i in is it km m metres meters mile miles minute minutes month my"
    " of off on or order orders out people percent same that the them this times to week weeks with year years your"
    " your meters pcs pieces units dollars euros stars".split()
)

_STREET_FIRST = re.compile(
    # Spanish, Portuguese, French (house number before or behind), Italian, Indonesian: the word for street comes first
    r"(?<![a-z0-9])(?:"
    rf"(?:calle|c/|avenida|avda\.?|av\.?|paseo|plaza|camino|carretera|pasaje|jiron|jr\.|calzada|ronda|rua|r\.|travessa|praca|alameda|estrada|rodovia|largo|via|viale|piazza|jalan|jln?\.?|gang|gg\.|komplek|perum(?:ahan)?|dusun)[ ]?{_NAMES},?{_NO}{_HOUSE}"
    rf"|(?:calle|cl|carrera|cra|kra|cr|diagonal|transversal|avenida|av)\.?[ ][0-9]{{1,3}}[ ]?[a-z]?[ ]?(?:sur|norte|bis)?[ ]?(?:#|no\.?|n\.)[ ]?[0-9]{{1,3}}[a-z]?[ ]?-[ ]?[0-9]{{1,3}}"
    rf"|{_HOUSE}(?:[ ]?(?:bis|ter))?,?[ ](?:rue|avenue|av\.|boulevard|bd|bld|place|chemin|impasse|allees?|quai|route|cours|square|passage|faubourg)[ ]{_NAMES}"
    r"|rt[ .]?[0-9]{1,3}[ ]?/?[ ]?rw[ .]?[0-9]{1,3}"
    r")(?![0-9a-z])"
)
_GERMAN = re.compile(
    rf"(?<![a-z0-9])(?:[^\W\d_]{{3,20}}[ -]){{0,2}}(?:[^\W\d_]{{2,24}}-?(?:strasse|str\.|gasse|allee|chaussee)|(?:strasse|gasse)[ ](?:des|der|am|zum|zur)[ ]{_NAME})[ ]?{_HOUSE}(?![0-9a-z])"
    rf"|(?<![a-z0-9])(?:(?:am|an|im|auf|zum|zur|der|dem|den)[ ]){{0,2}}[^\W\d_]{{2,24}}(?:weg|platz|ring|damm|ufer|markt|hof|steig|berg|[^\W\d_])[ ]{_HOUSE}[ ]?,[ ]?[0-9]{{5}}[ ][^\W\d_]{{3,}}"
)
_ARABIC = re.compile(
    r"(?:شارع|طريق|حي|حى|عمارة|عماره|بناية|مبنى|برج|فيلا|شقة|شقه)[ ][\w ]{0,30}?"
    r"[ ,،]*(?:(?:رقم|عمارة|عماره|مبنى|منزل|بناية|شقة|شقه|فيلا|الدور|دور|بيت|برج)[ ،,]*(?:رقم)?[ ]?[0-9]{1,5}[ ,،]*){1,4}"
    r"|(?:شارع|طريق)[ ](?:[^\W\d_]+[ ]){1,4}[0-9]{1,5}(?![0-9])|(?<![0-9])[0-9]{1,5}[ ](?:شارع|طريق)[ ][^\W\d_]+(?:[ ][^\W\d_]+)?"
)
_TOWN = re.compile(
    # what may follow a street: rooms, a district, the postal code and the town
    r"(?:[ ]?,?[ ]?(?:apt|apartment|flat|unit|suite|ste|piso|depto|dpto|apto|int|interior|bloco|appt|etage|lantai|rt|rw|#)\.?[ ]?[0-9a-z]{1,5}(?![0-9a-z])){0,3}"
    r"(?:[ ]?,?[ ][^\W\d_]{2,20}(?:[ ][^\W\d_]{2,20})?,[ ][a-z]{2}[ ][0-9]{5}(?:-[0-9]{4})?"  # Springfield, IL 62704
    r"|[ ]?[,\n]?[ ]?(?:[^\W\d_]{3,20}[ ,]{1,2})?[a-z]{1,2}[0-9][0-9a-z]?[ ][0-9][a-z]{2}(?![0-9a-z])"  # London SW1A 1AA
    r"|[ ]?[,\n-]?[ ]?(?:(?:cp|cep|c\.p\.)[ ]?)?[0-9]{4,5}(?:-[0-9]{3})?(?![0-9.,]*[0-9€$])(?:[ ][^\W\d_]{3,20})?"  # 75001 Paris
    r")?"
)
_AMERICAN = re.compile(r"(?<![a-z])[a-z]{3,20}(?:[ ][a-z]{3,20})?,[ ](?P<state>[a-z]{2})[ ][0-9]{5}(?:-[0-9]{4})?(?![0-9])")
_LABELLED = re.compile(
    r"(?:(?<![a-z])(?<!mail )(?<!ip )(?<!web )(?:address|direccion|endereco|alamat|adresse|anschrift)(?![a-z])|العنوان|عنواني)[ ]*:[ ]*"
    r"(?P<it>(?=[^\n!?;]{0,80}[0-9])[^\W_][^\n!?;@\0]{8,90})"
)


def addresses(plain: Plain) -> Iterator[tuple[int, int]]:
    """Where postal addresses stand; they may overlap. A text without digits has none."""
    yield from _chinese(plain)
    for pattern in (_ENGLISH, _STREET_FIRST, _GERMAN, _ARABIC, _AMERICAN):
        for found in pattern.finditer(plain):
            if _is_street(plain, found):
                after = _TOWN.match(plain, found.end())
                yield found.start(), after.end() if after else found.end()
    for found in _LABELLED.finditer(plain):
        yield found.start("it"), _trimmed(plain, *found.span("it"))


def _is_street(plain: Plain, found: re.Match[str]) -> bool:
    """Whether a match is one that only an address can be, and not "2 weeks on the road"."""
    parts = found.groupdict()
    if parts.get("name") is not None:
        words = re.findall(r"[^\W\d_]+", parts["name"])
        if _NO_STREET.intersection(words):
            return False
        if parts.get("weak") is not None:
            return plain.is_capital(found.start("name")) and plain.is_capital(found.start("weak"))
    if parts.get("state") is not None:
        return plain.is_capital(found.start("state")) and plain.is_capital(found.start("state") + 1)
    return True


def _chinese(plain: Plain) -> Iterator[tuple[int, int]]:
    for found in _CHINESE_HEART.finditer(plain):
        before = plain[max(0, found.start() - 40) : found.start()]
        reach = _CHINESE_BEFORE.search(before)
        lead = reach[0] if reach else ""
        starts = [cut.end() for cut in _CHINESE_START.finditer(lead)]
        start = found.start() - len(lead[starts[-1] if starts else 0 :].lstrip())
        after = _CHINESE_AFTER.match(plain, found.end())
        yield start, after.end() if after else found.end()
    for found in _CHINESE_LABELLED.finditer(plain):
        yield found.start("it"), _trimmed(plain, *found.span("it"))


def _trimmed(plain: Plain, start: int, end: int) -> int:
    return start + len(plain[start:end].rstrip(" ,.،"))
