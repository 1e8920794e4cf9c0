"""What the rules concluded, in a customer's words. What has no words here is told by its name, so nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_Both = tuple[str, str]  # English, Chinese

_FACTS: Mapping[str, _Both] = {
    "intent": ("what it is about", "内容"),
    "severity": ("how urgent", "紧急程度"),
    "anger": ("tone", "语气"),
    "motive": ("why deletion is wanted", "要求删除的原因"),
    "demand": ("what is to be deleted", "要求删除的范围"),
    "question": ("question about", "所问的问题"),
    "locale": ("language", "语言"),
    "message_kind": ("form", "形式"),
    "place": ("where", "在哪里"),
    "dispute": ("dispute", "争议"),
    "legal_hold": ("must be kept by law or for a lawyer", "依法或应律师要求须保留"),
    "evidence_value": ("what the chat proves", "聊天的证明作用"),
    "backup_status": ("backup on our side", "我方备份"),
    "order_state": ("newest order", "最近的订单"),
    "after_sales_period": ("time for claims", "售后期限"),
    "customer_stance": ("how you took our offer", "您对我们提议的态度"),
    "refusal_reason": ("reason for a refusal", "拒绝的理由"),
    "extension_reason": ("reason for needing longer", "需要更久的理由"),
    "identity_confirmed": ("a colleague is sure that it is you", "同事已确认是您本人"),
    "remedy": ("offered to you", "给您的补偿"),
    "problem_solved": ("problem solved", "问题已解决"),
    "complaint_solved": ("complaint settled with you", "投诉已和您谈妥"),
    "speaks_of_terms": ("speaks of prices or terms", "提到价格或条件"),
    "agrees": ("agrees to an offer", "同意所提条件"),
    "sends_document": ("sends a document", "发来证件"),
    "has_photo": ("with a photo", "附有照片"),
    "has_phone_number": ("a telephone number stands in it", "含电话号码"),
    "has_email": ("an e-mail address stands in it", "含电子邮箱"),
    "has_postal_address": ("a postal address stands in it", "含地址"),
    "has_own_name": ("your name stands in it", "含您的姓名"),
    "has_identity_number": ("the number of an identity paper stands in it", "含证件号码"),
    "has_passport_number": ("a passport number stands in it", "含护照号码"),
    "has_bank_card": ("the number of a bank card stands in it", "含银行卡号"),
    "has_bank_account": ("the number of a bank account stands in it", "含银行账号"),
    "sign_safety": ("danger to people", "可能有人遇险"),
    "sign_property_loss": ("a large loss", "重大财产损失"),
    "sign_media_threat": ("the press is mentioned", "提到媒体或曝光"),
    "sign_legal_threat": ("lawyers, courts or authorities are mentioned", "提到律师、法院或主管部门"),
    "sign_product_failure": ("a product does not work", "产品不能用"),
    "sign_mass_error": ("many orders are affected", "许多订单出错"),
    "sign_group_discontent": ("others are unhappy, too", "别人也不满意"),
    "sign_slow_parcel": ("a late delivery", "物流慢"),
    "sign_small_bug": ("a small fault", "小毛病"),
    "sign_bad_experience": ("a bad experience", "体验不好"),
}
_VALUES: Mapping[str, _Both] = {
    "deletion_request": ("a request to delete", "要求删除"),
    "data_access_request": ("a request to see your data", "要求查看信息"),
    "privacy_question": ("a question about privacy", "隐私方面的问题"),
    "complaint": ("a complaint", "投诉"),
    "other": ("something else", "其他"),
    "general": ("ordinary", "一般"),
    "important": ("important", "重要"),
    "urgent": ("urgent", "紧急"),
    "calm": ("calm", "平静"),
    "upset": ("upset", "不高兴"),
    "furious": ("furious", "非常生气"),
    "private": ("in our chat", "单独聊天"),
    "group": ("in a group", "群里"),
    "text": ("text", "文字"),
    "media": ("a file", "文件"),
    "button": ("a button", "按钮"),
    "none": ("none", "无"),
    "open": ("open", "进行中"),
    "settled": ("settled", "已了结"),
    "low": ("little", "较少"),
    "high": ("much", "较多"),
    "possible": ("possible", "可能有"),
    "confirmed": ("there is one", "有"),
    "answered": ("answered", "已答复"),
    "answered_in_person": ("answered in person", "由同事亲自答复"),
    "read": ("read", "已读"),
    "held": ("kept for now", "暂予保留"),
    "refused": ("refused", "已拒绝"),
    "withdrawn": ("withdrawn", "已撤回"),
    "solved": ("solved", "已解决"),
    "kept": ("kept", "已做到"),
    "broken": ("broken", "未做到"),
    "void": ("no longer needed", "不再需要"),
    "privacy_sensitive": ("minds what is written down", "在意个人信息"),
    "evidence": ("proves a price, terms or an agreement", "能证明价格、条件或约定"),
    "order": ("an order is under way, or can still be claimed", "订单未完成或仍在售后期"),
    "law": ("the law demands it", "法律要求"),
    "lawyer": ("a lawyer asked for it", "律师要求"),
}
_YES_NO: Mapping[bool, _Both] = {True: ("yes", "是"), False: ("no", "否")}


def word(value: object, language: str) -> str:
    """A closed word, as a person reads it."""
    place = int(language != "en")
    if isinstance(value, bool):
        return _YES_NO[value][place]
    known = _VALUES.get(str(value))
    return known[place] if known else str(value).replace("_", " ")


def readings(facts: Mapping[str, Any], language: str) -> Iterator[str]:
    """Facts one by one: `tone: upset`. A yes is told by its name alone; what was not found is left to `data.json`."""
    place = int(language != "en")
    for name, value in facts.items():
        if value in ("unknown", None, False) or (name.startswith("sign_") and value is not True):
            continue
        known = _FACTS.get(name)
        label = known[place] if known else name.replace("_", " ")
        yield label if value is True else f"{label}{'：' if place else ': '}{word(value, language)}"
