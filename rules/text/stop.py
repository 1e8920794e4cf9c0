"""Whether somebody asks us to send no more messages: the one word that people answer a newsletter with, or a sentence.

It is heard apart from the word lists, because a bare "stop" means this only where it is the whole message: within a
sentence it may stop an order, a payment or a delivery.
"""

from __future__ import annotations

import re

from rules.text.plain import plain

ASKS_TO_STOP = "asks_to_stop"
"""The fact that is told by it."""

_BARE = frozenset(
    """stop|stopp|unsubscribe|unsub|opt out|opt-out|stop all|stop promotions|stop messages|end|quit|no more messages
    |td|t|退订|退|回复td|取消订阅|不要再发|别发了|拒收|baja|cancelar suscripcion|no mas mensajes|sair|descadastrar|parar
    |cancelar inscricao|abmelden|abbestellen|keine nachrichten mehr|desabonnement|me desabonner|desinscription
    |berhenti|berhenti berlangganan|jangan kirim lagi|توقف|الغاء الاشتراك|إلغاء الاشتراك|ايقاف|إيقاف|قف""".replace(
        "\n    ", ""
    ).split("|")
)
"""What means it as the whole message."""

_ANYWHERE = re.compile(
    r"""
      \b(?:stop|quit)\ (?:messag|text|writ|spam|contact)ing\b | \bunsubscribe\ me\b | \bopt\ me\ out\b
    | \b(?:don't|do\ not|dont|never)\ (?:ever\ )?(?:message|text|contact|spam)\ me\b(?!\ (?:on|at|before|after|between))
    | \b(?:don't|do\ not|dont)\ (?:send|write)\ me\ (?:(?:any\ ?)?more\ )?(?:messages|ads|promotions|offers|spam)\b
    | \b(?:take|remove)\ me\ (?:off|from)\ (?:your|this|the)\ (?:mailing\ |marketing\ )?list\b
    | \bno\ more\ (?:messages|promotions|offers|ads|marketing|spam)\b

    | (?:不要|别|请勿|不想)再?(?:给我|跟我)?(?:发|推送)(?:广告|消息|信息|短信|推广|营销|这些)
    | (?:不要|别)再(?:给我发|发给我|联系我|骚扰我|打扰我|推送) | 退订 | 取消订阅 | 别再发了 | 不要再发了

    | \bno\ me\ (?:escrib[ae]n?|envi(?:es?|en)|mand(?:es?|en))\ mas\b | \bdarme\ de\ baja\b | \bquiero\ la\ baja\b
    | \bdejen?\ de\ (?:escribirme|enviarme|mandarme|molestarme)\b

    | \bnao\ me\ (?:mandem?|enviem?|escrevam?)\ mais\b | \bme\ (?:descadastre|tire\ da\ lista)\b
    | \bparem?\ de\ me\ (?:mandar|enviar|escrever|incomodar)\b

    | \b(?:schreib|schick)(?:en\ sie|t)?\ (?:mir|uns)\ (?:bitte\ )?(?:keine|nichts?)\b.{0,20}\bmehr\b
    | \bkeine\ (?:werbung|nachrichten|werbenachrichten|angebote)\ mehr\b | \bvom\ newsletter\ abmelden\b

    | \barrete[zr]?\ de\ m'(?:ecrire|envoyer|importuner)\b | \bne\ m'(?:ecrivez|envoyez|envoie)\ plus\b
    | \bplus\ (?:aucun|de)\ (?:message|pub|publicite)s?\b.{0,12}$ | \bme\ desabonner\b | \bdesabonnez-moi\b

    | \b(?:jangan|stop|berhenti)\ (?:kirim|mengirim|kirimi)\ (?:saya|aku|ke\ saya|pesan|promo|iklan)\b
    | \b(?:jangan|berhenti)\ (?:hubungi|menghubungi)\ (?:saya|aku)\b

    | لا\ (?:ترسلوا|ترسل|تراسلوني|تراسلني|تكتبوا)\ (?:لي|الي|إلي)?\ ?(?:رسائل|المزيد|مرة|اي|أي|اعلانات|بعد)
    | لا\ (?:تراسلوني|تراسلني)\b
    | (?:توقفوا|توقف)\ عن\ (?:مراسلتي|ارسال|إرسال|الارسال) | (?:الغاء|إلغاء)\ (?:ال)?اشتراكي?
    """,
    re.VERBOSE,
)

_EDGES = re.compile(r"^[\s\W_]+|[\s\W_]+$")
_PLEASE = r"(?:please|pls|bitte|por favor|请|tolong|s'il vous plait)"
_POLITE = re.compile(rf"^{_PLEASE}\s*,?\s*|\s*,?\s*{_PLEASE}$")


def asks_to_stop(text: str) -> bool:
    """Whether a customer's message asks us to write no more of our own accord. It never reads longer texts than a few
    sentences: who writes a whole page wants an answer."""
    said = plain(text)
    bare = _POLITE.sub("", _EDGES.sub("", said))
    return bare in _BARE or (len(said) <= 300 and _ANYWHERE.search(said) is not None)
