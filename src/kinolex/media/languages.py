"""Languages as files say them, in tags of streams and in file names, as ISO 639-1 codes."""

from __future__ import annotations

__all__ = ["known_language", "language_code", "language_tag"]

# Two letters (ISO 639-1), then the three-letter codes (ISO 639-2/T, then /B where it differs).
_CODES = """
aa aar|ab abk|af afr|ak aka|am amh|ar ara|as asm|av ava|ay aym|az aze|ba bak|be bel|bg bul|bi bis
bm bam|bn ben|bo bod tib|br bre|bs bos|ca cat|ce che|co cos|cs ces cze|cv chv|cy cym wel|da dan
de deu ger|dv div|dz dzo|ee ewe|el ell gre|en eng|eo epo|es spa|et est|eu eus baq|fa fas per
ff ful|fi fin|fj fij|fo fao|fr fra fre|fy fry|ga gle|gd gla|gl glg|gn grn|gu guj|gv glv|ha hau
he heb|hi hin|hr hrv scr|ht hat|hu hun|hy hye arm|ia ina|id ind|ig ibo|is isl ice|it ita|iu iku
ja jpn|jv jav|ka kat geo|kg kon|ki kik|kk kaz|kl kal|km khm|kn kan|ko kor|ks kas|ku kur|kw cor
ky kir|la lat|lb ltz|lg lug|li lim|ln lin|lo lao|lt lit|lv lav|mg mlg|mi mri mao|mk mkd mac
ml mal|mn mon|mr mar|ms msa may|mt mlt|my mya bur|ne nep|nl nld dut|nn nno|no nor nob nb|ny nya
oc oci|om orm|or ori|os oss|pa pan|pl pol|ps pus|pt por pob|qu que|rm roh|rn run|ro ron rum
ru rus|rw kin|sa san|sc srd|sd snd|se sme|si sin|sk slk slo|sl slv|sm smo|sn sna|so som|sq sqi alb
sr srp scc|ss ssw|st sot|su sun|sv swe|sw swa|ta tam|te tel|tg tgk|th tha|ti tir|tk tuk|tl tgl fil
tn tsn|to ton|tr tur|ts tso|tt tat|ty tah|ug uig|uk ukr|ur urd|uz uzb|ve ven|vi vie|wa wln|wo wol
xh xho|yi yid|yo yor|za zha|zh zho chi cmn|zu zul
"""

_NAMES = """
ar arabic|bg bulgarian|ca catalan|cs czech|da danish|de german deutsch|el greek|en english
es spanish espanol español castellano|et estonian|fa persian farsi|fi finnish suomi
fr french francais français|he hebrew|hi hindi|hr croatian|hu hungarian magyar|id indonesian
it italian italiano|ja japanese|ko korean|lt lithuanian|lv latvian|ms malay|nl dutch nederlands
no norwegian norsk|pl polish polski|pt portuguese portugues português brazilian|ro romanian
ru russian|sk slovak|sl slovenian|sr serbian|sv swedish svenska|ta tamil|te telugu|th thai
tr turkish|uk ukrainian|ur urdu|vi vietnamese|zh chinese chs cht
"""


def _table(written: str) -> dict[str, str]:
    groups = (group.split() for group in written.replace("\n", "|").split("|"))
    return {name: group[0] for group in groups if group for name in group}


_KNOWN = _table(_CODES) | _table(_NAMES)
_THREE = {
    group.split()[0]: group.split()[1] for group in _CODES.replace("\n", "|").split("|") if group
}


def known_language(written: str) -> str:
    """ISO 639-1 code of a code or English name, region and script ignored; "" if it is none.

    Examples
    --------
    >>> known_language("pt-BR"), known_language("German"), known_language("x264")
    ('pt', 'de', '')
    """
    name = written.strip().lower().replace("_", "-")
    return _KNOWN.get(name) or _KNOWN.get(name.split("-", 1)[0], "")


def language_code(tag: str | None) -> str:
    """Give the ISO 639-1 code of a stream's language tag.

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
    return known_language(code) or code


def language_tag(code: str) -> str:
    """The ISO 639-2/T code that containers want for what `language_code` gives.

    Examples
    --------
    >>> language_tag("de"), language_tag("tlh"), language_tag("")
    ('deu', 'tlh', '')
    """
    return _THREE.get(code, code)
