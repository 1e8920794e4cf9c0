"""What WhatsApp itself writes into an exported chat, in each language that it may be set to.

Each phone writes in its owner's language that a picture was left out, a message was deleted or a call was missed.
WhatsApp has worded some of it anew over the years; here are the stems that its wordings share. All are lower case and
are looked for in a whole line that WhatsApp wrote, never inside a sentence of somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language. `kinds`: how what was sent is called, by kind; `left_out` and `attached` beside it say whether the
    file was exported, too. The rest are regular expressions for a whole line. `deleted_by_us` is only ever written of
    the person whose phone it is. A `call` that was taken is one only behind the mark that WhatsApp sets before its own
    words, because people write such words, too; a `missed` one always is. `end_of_edit` stands in angle brackets behind
    a text that was edited."""

    kinds: Mapping[str, str]
    left_out: str
    attached: str
    deleted: str
    deleted_by_us: str
    missed: str
    call: str
    poll: str
    live_location: str
    end_of_edit: str
    view_once: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        kinds={
            "image": "image|photo|picture|gif",
            "video": "video note|video message|video",
            "audio": "audio|voice message|voice note",
            "sticker": "sticker",
            "document": "document|file",
            "contact": "contact card|contact",
            "media": "media",
        },
        left_out="omitted|not included",
        attached="attached|file attached",
        deleted=r"this message was deleted( by admin .+)?|message deleted",
        deleted_by_us=r"you deleted this message( as admin)?",
        missed=r"(missed|silenced) (group )?(voice |video )?call",
        call=r"(group )?(voice|video) call",
        poll="poll",
        live_location=r"live location shared|live location",
        end_of_edit="edited",
        view_once=r"(you (received|sent) a )?view once (photo|video|voice message|message)\b.*",
    ),
    "zh-CN": Words(
        kinds={
            "image": "图像|图片|照片|gif|动图",
            "video": "视频消息|视频",
            "audio": "音频|语音消息|语音",
            "sticker": "贴图|表情贴|贴纸",
            "document": "文档|文件",
            "contact": "联系人卡片|联系人名片|联系人|名片",
            "media": "多媒体文件|媒体文件|多媒体|媒体|影音内容",
        },
        left_out="已忽略|已省略|忽略|省略|未包含|未导出",
        attached="附件|文件附件|已附加|附件文件",
        deleted=r"(此|该|这|本)?(条)?(消息|讯息|信息)(已|已被)(管理员.*)?(删除|撤回)",
        deleted_by_us=r"[您你](已)?(删除|撤回)了?(此|这|该)?(条)?(消息|讯息|信息)",
        missed=r"(未接|已静音|已拒接)(的)?(群组)?(语音|视频)?(通话|来电|呼叫)",
        call=r"(群组)?(语音|视频)(通话|来电|呼叫)",
        poll="投票",
        live_location=r"(已)?(分享|共享)(了)?(的)?实时位置|实时位置(已)?(分享|共享)",
        end_of_edit="编辑",
        view_once=r".*(一次性查看|阅后即焚|仅可查看一次|仅限查看一次).*",
    ),
    "zh-TW": Words(
        kinds={
            "image": "圖像|圖片|相片|照片|gif|動圖",
            "video": "視訊訊息|影片|視訊|視頻",
            "audio": "音訊|語音訊息|語音|音頻",
            "sticker": "貼圖|貼紙",
            "document": "文件|檔案",
            "contact": "聯絡人名片|聯絡人卡片|聯絡人|名片",
            "media": "多媒體檔案|多媒體檔|媒體檔案|多媒體|媒體",
        },
        left_out="已忽略|已省略|已略去|忽略|省略|略去|未包含",
        attached="附件|檔案附件|附件檔案|附加檔案|已附加|已附加檔案",
        deleted=r"(此|該|這|本)?(則|條)?(訊息|消息)(已|已被|被)(管理員.*)?(刪除|收回)",
        deleted_by_us=r"[您你](已)?(刪除|收回)了?(此|這|該)?(則|條)?(訊息|消息)",
        missed=r"(未接|已靜音|已拒接)(的)?(群組)?(語音|視訊|視像)?(通話|來電)",
        call=r"(群組)?(語音|視訊|視像)(通話|來電)",
        poll="投票|票選",
        live_location=r"(已)?(分享|共享)(了)?(的)?(即時|實時)位置|(即時|實時)位置(已)?(分享|共享)",
        end_of_edit="編輯",
        view_once=r".*(一次性檢視|僅供檢視一次|僅限檢視一次|閱後即焚).*",
    ),
    "es": Words(
        kinds={
            "image": "imagen|foto|gif",
            "video": "nota de v[ií]deo|v[ií]deo",
            "audio": "audio|mensaje de voz|nota de voz",
            "sticker": "sticker",
            "document": "documento",
            "contact": "tarjeta de contacto|contacto",
            "media": "multimedia|medios|archivo",
        },
        left_out="omitid[oa]s?|no incluid[oa]s?",
        attached="adjunto|archivo adjunto",
        deleted=r"se elimin[oó] este mensaje|este mensaje (fue eliminado|se elimin[oó])|mensaje eliminado"
        r"|el admin\.? .+ elimin[oó] este mensaje",
        deleted_by_us=r"eliminaste este mensaje|has eliminado este mensaje",
        missed=r"(video)?llamada( grupal)?( de voz| de v[ií]deo)?( grupal)? (perdida|silenciada)",
        call=r"videollamada|llamada de (voz|v[ií]deo)",
        poll="encuesta",
        live_location=r"ubicaci[oó]n en (tiempo real|vivo)( compartida)?",
        end_of_edit="edit[oó]|editado",
        view_once=r".*(ver una (sola )?vez|visualizaci[oó]n [uú]nica).*",
    ),
    "pt": Words(
        kinds={
            "image": "imagem|foto|gif",
            "video": "mensagem de v[ií]deo|nota de v[ií]deo|v[ií]deo",
            "audio": "[aá]udio|mensagem de voz",
            "sticker": "figurinha|autocolante|sticker",
            "document": "documento",
            "contact": "cart[aã]o de contac?to|cart[aã]o do contac?to|contac?to",
            "media": "arquivo de m[ií]dia|m[ií]dia|multim[eé]dia|m[eé]dia|ficheiro|arquivo",
        },
        left_out="omitid[oa]s?|ocultad[oa]s?|ocult[oa]s?|n[aã]o revelad[oa]s?|n[aã]o inclu[ií]d[oa]s?",
        attached="anexad[oa]|arquivo anexado|ficheiro anexado|anexo",
        deleted=r"mensagem (apagada|eliminada)|ess?ta? mensagem foi (apagada|eliminada)( pel[oa] admin.*)?",
        deleted_by_us=r"(voc[eê] )?(apagou|eliminou) ess?ta? mensagem|mensagem apagada por voc[eê]",
        missed=r"(chamada|liga[cç][aã]o)( de)?( voz| v[ií]deo)?( em grupo)?"
        r" (perdida|n[aã]o atendida|silenciada)",
        call=r"(chamada|liga[cç][aã]o) de (voz|v[ií]deo)",
        poll="enquete|sondagem|vota[cç][aã]o",
        live_location=r"localiza[cç][aã]o em tempo real( compartilhada| partilhada)?|localiza[cç][aã]o atual.*",
        end_of_edit="editada|editou",
        view_once=r".*visualiza[cç][aã]o [uú]nica.*",
    ),
    "ar": Words(
        kinds={
            "image": "الصورة|صورة|صوره|gif|ملف gif",
            "video": "مقطع الفيديو|رسالة فيديو|الفيديو|فيديو",
            "audio": "المقطع الصوتي|مقطع صوتي|الملف الصوتي|ملف صوتي|رسالة صوتية|الرسالة الصوتية|الصوت|صوت",
            "sticker": "الملصق|ملصق",
            "document": "المستند|مستند|الملف|ملف",
            "contact": "بطاقة جهة الاتصال|بطاقة جهة اتصال|بطاقة الاتصال|جهة الاتصال|جهة اتصال",
            "media": "الوسائط|وسائط",
        },
        left_out="تم استبعاد|تم إخفاء|تم حذف|تم تجاهل|تم تخطي|محذوفة|محذوف|مستبعدة|مستبعد|غير مضمنة|غير مضمن|غير مدرجة"
        "|غير مدرج|غير مرفقة",
        attached="مرفق|المرفق|مُرفق|الملف مرفق|ملف مرفق|الملف المرفق|تم إرفاق الملف|مرفقات",
        deleted=r"(تم|لقد تم) حذف هذه الرسالة( من .+| بواسطة .+)?|حُذفت هذه الرسالة|هذه الرسالة محذوفة|رسالة محذوفة",
        deleted_by_us=r"(لقد )?(حذفتَ?|قمتَ? بحذف|أنت حذفت|حذفت أنت) هذه الرسالة",
        missed=r"(مكالمة|اتصال)( جماعية)?( صوتية| صوتي| فيديو| مرئية| مرئي)?( جماعية)?"
        r" (فائتة|فائت|لم يُ?رد عليها|لم يرد عليه|لم يتم الرد عليها)",
        call=r"مكالمة (صوتية|فيديو|مرئية)",
        poll="استطلاع|استطلاع رأي|استطلاع الرأي|تصويت",
        live_location=r"(تمت مشاركة |تم مشاركة )?الموقع المباشر|الموقع الحالي المباشر.*",
        end_of_edit="تعديل|تحرير|المعدلة",
        view_once=r".*(للعرض مرة واحدة|العرض لمرة واحدة|العرض مرة واحدة|لمرة واحدة).*",
    ),
    "id": Words(
        kinds={
            "image": "gambar|foto|gif",
            "video": "catatan video|pesan video|video",
            "audio": "audio|pesan suara",
            "sticker": "stiker",
            "document": "dokumen",
            "contact": "kartu kontak|kontak",
            "media": "media|berkas",
        },
        left_out="tidak disertakan|tak disertakan|dihilangkan|tidak dimasukkan|dikecualikan",
        attached="terlampir|file terlampir|berkas terlampir|lampiran",
        deleted=r"pesan ini (telah |sudah )?dihapus( oleh admin .+)?",
        deleted_by_us=r"(anda|kamu) (telah )?menghapus pesan ini",
        missed=r"panggilan( grup)?( suara| video)?( grup)? (tak|tidak) terjawab",
        call=r"panggilan (suara|video)",
        poll="polling|jajak pendapat",
        live_location=r"lokasi (terkini|langsung)( dibagikan)?",
        end_of_edit="diedit|disunting",
        view_once=r".*(sekali lihat|lihat sekali).*",
    ),
    "de": Words(
        kinds={
            "image": "bild|foto|gif",
            "video": "videonachricht|videonotiz|video",
            "audio": "audio|sprachnachricht",
            "sticker": "sticker",
            "document": "dokument|datei",
            "contact": "kontaktkarte|kontakt",
            "media": "medien|mediendatei",
        },
        left_out="weggelassen|ausgelassen|ausgeschlossen|nicht enthalten",
        attached="anhang|angehängt|datei angehängt",
        deleted=r"diese nachricht wurde (von .+ )?gelöscht|nachricht gelöscht",
        deleted_by_us=r"(du hast|sie haben) diese nachricht (als admin )?gelöscht",
        missed=r"(verpasster|stummgeschalteter) (gruppen-?)?(sprach|video|audio)?-?anruf"
        r"|(sprach|video|audio)?anruf verpasst",
        call=r"(gruppen-?)?(sprach|video)anruf",
        poll="umfrage",
        live_location=r"live-?standort( wird)?( geteilt)?",
        end_of_edit="bearbeitet",
        view_once=r".*(einmalansicht|einmalige ansicht|einmal ansehen|zur einmaligen ansicht).*",
    ),
    "fr": Words(
        kinds={
            "image": "image|photo|gif",
            "video": "message vidéo|note vidéo|vidéo",
            "audio": "audio|message vocal|note vocale",
            "sticker": "sticker|autocollant",
            "document": "document",
            "contact": "fiche contact|fiche de contact|carte de contact|contact",
            "media": "médias|média|fichier|multimédia",
        },
        left_out="absente?s?|omi(?:s|se|ses)|manquante?s?|retirée?s?|non incluse?s?|exclue?s?",
        attached="pièce jointe|fichier joint|joint|pièce-jointe",
        deleted=r"ce message a été supprimé( par l['’]admin.+)?|message supprimé",
        deleted_by_us=r"(vous avez|tu as) supprimé ce message",
        missed=r"appel( de groupe)?( vocal| vidéo| audio)?( de groupe)? (manqué|en absence|silencieux)",
        call=r"appel (vocal|vidéo)",
        poll="sondage",
        live_location=r"(localisation|position) en (direct|temps réel)( partagée)?",
        end_of_edit="modifié",
        view_once=r".*(vue unique|affichage unique).*",
    ),
}
"""Locale (`rules/facts.yaml`) -> what WhatsApp writes in it."""

DAY_FIRST = frozenset({"es", "pt", "ar", "id", "de", "fr"})
"""The languages in whose phones the day stands before the month (Unicode CLDR 44, short dates) unless the year comes
first. English is not one: the United States begin with the month, nearly everyone else with the day."""
