"""How likely each letter is in the languages that old code pages were made for.

Orders of frequency, most frequent first, are all the knowledge here; a Zipf-like weight turns a
rank into a likelihood. That is coarse, but wrong code pages give letters that no language uses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["PAGES", "UNLIKELY", "Page"]

UNLIKELY = -9.0
"""Log-likelihood of a letter that a language does not use."""

_MARKS = dict.fromkeys("“”‘’…–—«»„\xa0", -3.0) | dict.fromkeys("¿¡°ªº©®™•€£§½·‹›♪", -5.0)
_WIDE_MARKS = dict.fromkeys("。、！？「」『』，：；（）…—～・《》“”‘’\u3000－ー·", -2.5)

_Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Page:
    """A code page and how to judge a reading in it.

    ``languages``: log-likelihoods of the non-ASCII letters, for each language; ``foreign``: its
    letters do not mix with Latin ones inside a word; ``double``: two bytes a character, of which
    those whose first byte lies in ``common`` are the everyday ones; ``prior``: log-likelihood of
    the page itself, before anything is read.
    """

    encoding: str
    languages: tuple[_Weights, ...]
    foreign: bool = True
    double: bool = False
    common: range = range(0)
    prior: float = 0.0
    marks: _Weights = field(default_factory=lambda: _MARKS)

    def width(self, character: str) -> int:
        """Bytes that a non-ASCII character takes here."""
        single = character == "\ufffd" or "\uff61" <= character <= "\uff9f"
        return 2 if self.double and not single else 1

    def other(self, character: str) -> float:
        """Log-likelihood, for each byte, of a character that no language's list holds."""
        if not self.double:
            return -6.0 if not self.foreign and character.isalpha() else UNLIKELY
        try:
            first = character.encode(self.encoding)[0]
        except UnicodeEncodeError:
            return UNLIKELY
        return -4.4 if first in self.common and character.isalpha() else -6.5


def _zipf(letters: str, *, share: float = 1.0, flat: float = 2.0, width: int = 1) -> _Weights:
    """Log-likelihood a byte of each letter in an order of frequency that covers ``share``."""
    weights = [1 / (rank + flat) for rank in range(len(letters))]
    total = sum(weights) / share
    return {
        letter: math.log(weight / total) / width
        for letter, weight in zip(letters, weights, strict=True)
    }


def _all(make: Callable[[str], _Weights], *orders: str) -> tuple[_Weights, ...]:
    return tuple(make(order) for order in orders)


_WESTERN = _all(
    _zipf,
    "éàèêçâîôûùïëœæ",  # French
    "üäöß",  # German
    "áóíéñúü",  # Spanish
    "ãçáéíóâêõúôà",  # Portuguese
    "èàùòéì",  # Italian
    "äöå",  # Swedish, Finnish
    "åøæé",  # Danish, Norwegian
    "ëéïèöü",  # Dutch
    "áðíéóþöúæý",  # Icelandic
    "àéèíòóçúïü",  # Catalan
    "äõüöšž",  # Estonian
)
_CENTRAL = _all(
    _zipf,
    "łęóąśżćńź",  # Polish
    "áíěéřžčšýůúňťóď",  # Czech
    "áíčžéšýúľťňôďäóĺŕ",  # Slovak
    "áéöóőüíúű",  # Hungarian
    "čšžćđ",  # Croatian, Slovene
    "ăîâşţșț",  # Romanian
)
_CYRILLIC = _all(
    _zipf,
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",  # Russian
    "оаниітвреслкмдупязьбгйчжхцющєшїфґ",  # Ukrainian
    "аиотенрсвлпкдмзугбчъцщхжюяшйьф",  # Bulgarian
    "аиоенрстјувкдплмзбгчшцхњжћљђџф",  # Serbian
)
_TURKISH = _all(_zipf, "ıüşçğöâî\u0307")
_GREEK = _all(_zipf, "αοιετσνηυρπκμλςόίάέδγχθωφήύβώξζψϊ")
_HEBREW = _all(_zipf, "יוהלאברתשמנכדםעקפחסטגצזךןףץ")
_ARABIC = _all(_zipf, "اليمونرتبةعدسفهكقأحجشصطخىإضذئثزغءظؤآپچژگک،؟")
_THAI = _all(_zipf, "านรอกเงม่ยลวดท้สตะปบคหแจพชขใ็ไโผซธถณศษ์ิีึืุูัำๆ")

_KANA = (
    "のいたにてなしをとはるがかっでれらもこすりまくさあきけうよどんそだえみつめおやわろせ"
    "ンーイスルトラリアックシドタレロジマフメプパサコオチカバウテキニグナデエ"
)
_SIMPLIFIED = (
    "的一是不了我在人有他这个们中来上大为和你要说就到那会对出可也么没能她好都看还去过吗想"
    "什里天吧知道得下年时心后自己以家现子生小把多起事给再让真很样太怎从开见用地它当快回"
)
_TRADITIONAL = (
    "的一是不了我在人有他這個們中來上大為和你要說就到那會對出可也麼沒能她好都看還去過嗎想"
    "什裡天吧知道得下年時心後自己以家現子生小把多起事給再讓真很樣太怎從開見用地它當快回"
)
_HANGUL = (
    "이다는에가지고을하은의어나도로한그아사네를기리들게요거해자시라서있안일내인대만여정보"
    "우주야없수스으면무저니너진상말전마제세오잘당신모와왜않부원장난구생동조좋것"
)


def _wide(characters: str, share: float) -> _Weights:
    return _zipf(characters, share=share, flat=12.0, width=2)


PAGES: tuple[Page, ...] = (
    Page("cp1252", _WESTERN, foreign=False, prior=0.13),
    Page("cp1251", _CYRILLIC),
    Page("cp1250", _CENTRAL, foreign=False),
    Page("iso8859_2", _CENTRAL, foreign=False),
    Page("cp1254", _TURKISH, foreign=False),
    Page("cp1256", _ARABIC),
    Page("cp1253", _GREEK),
    Page("cp1255", _HEBREW),
    Page("cp874", _THAI),
    Page("koi8_u", _CYRILLIC),
    Page(
        "cp932",
        (_wide(_KANA, 0.7),),
        double=True,
        common=range(0x88, 0x98),
        marks=_WIDE_MARKS,
    ),
    Page(
        "euc_jp",
        (_wide(_KANA, 0.7),),
        double=True,
        common=range(0xB0, 0xD0),
        marks=_WIDE_MARKS,
    ),
    Page(
        "gb18030",
        (_wide(_SIMPLIFIED, 0.5),),
        double=True,
        common=range(0xB0, 0xD8),
        marks=_WIDE_MARKS,
    ),
    Page(
        "big5hkscs",
        (_wide(_TRADITIONAL, 0.5),),
        double=True,
        common=range(0xA4, 0xC7),
        marks=_WIDE_MARKS,
    ),
    Page(
        "cp949",
        (_wide(_HANGUL, 0.6),),
        double=True,
        common=range(0xB0, 0xC9),
        marks=_WIDE_MARKS,
    ),
)
"""Every code page that is tried; the first of equals wins."""
