"""Language tags of streams: what files say, as ISO 639-1 codes where there is one."""

from __future__ import annotations

__all__ = ["language_code"]

# ISO 639-1 code, then its ISO 639-2 codes (bibliographic ones included). Source: the code tables
# of ISO 639, the languages that films and speech models have.
_TABLE = """
af afr|am amh|ar ara|as asm|az aze|be bel|bg bul|bn ben|bo bod tib|bs bos|ca cat|cs ces cze|
cy cym wel|da dan|de deu ger|el ell gre|en eng|eo epo|es spa|et est|eu eus baq|fa fas per|fi fin|
fo fao|fr fra fre|ga gle|gl glg|gu guj|ha hau|he heb|hi hin|hr hrv scr|ht hat|hu hun|hy hye arm|
id ind|is isl ice|it ita|ja jpn|jv jav|ka kat geo|kk kaz|km khm|kn kan|ko kor|ku kur|la lat|
lb ltz|ln lin|lo lao|lt lit|lv lav|mg mlg|mi mri mao|mk mkd mac|ml mal|mn mon|mr mar|ms msa may|
mt mlt|my mya bur|ne nep|nl nld dut|nn nno|no nor nob|oc oci|pa pan|pl pol|ps pus|pt por|
ro ron rum|ru rus|sa san|sd snd|si sin|sk slk slo|sl slv|sn sna|so som|sq sqi alb|sr srp scc|
su sun|sv swe|sw swa|ta tam|te tel|tg tgk|th tha|tk tuk|tl tgl fil|tr tur|tt tat|uk ukr|ur urd|
uz uzb|vi vie|yi yid|yo yor|zh zho chi cmn
"""
_CODES = {
    code: entry.split()[0]
    for entry in _TABLE.replace("\n", "").split("|")
    for code in entry.split()
}


def language_code(tag: str | None) -> str:
    """Give the ISO 639-1 code of a language tag.

    Parameters
    ----------
    tag : str or None
        As a file says it: ``"eng"``, ``"de-AT"``, ``"pt_BR"``, ``"und"``.

    Returns
    -------
    str
        Two letters; other tags in lower case as they are; empty for unknown ones.

    Examples
    --------
    >>> language_code("ger"), language_code("pt-BR"), language_code("tlh"), language_code("und")
    ('de', 'pt', 'tlh', '')
    """
    code = (tag or "").replace("_", "-").strip().lower().split("-")[0]
    if not code.isalpha() or code in ("und", "mis", "mul", "zxx", "qaa"):
        return ""
    return _CODES.get(code, code)
