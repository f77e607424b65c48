"""Names of news agencies, in the ways feeds write them, to one name each."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The name that is told, then how else it is written. One word without capitals is a name in an address.
AGENCIES: dict[str, tuple[str, ...]] = {
    "Associated Press": ("AP", "A.P.", "AP News", "AP Newsfeatures", "apnews"),
    "Reuters": ("Thomson Reuters", "Reuters News", "Reuters News Agency", "Reuters Health", "RTRS"),
    "Agence France-Presse": ("AFP", "Agence France Presse", "A.F.P."),
    "Bloomberg": ("Bloomberg News", "Bloomberg L.P.", "Bloomberg Business"),
    "Dow Jones Newswires": ("Dow Jones", "Dow Jones & Co."),
    "UPI": ("United Press International", "U.P.I."),
    "Canadian Press": ("CP", "La Presse Canadienne", "thecanadianpress"),
    "PA Media": ("PA", "Press Association", "PA News Agency"),
    "AAP": ("Australian Associated Press", "AAP Newswire"),
    "RNZ": ("Radio New Zealand",),
    "dpa": ("DPA", "Deutsche Presse-Agentur", "dpa-AFX", "dpa international"),
    "APA": ("Austria Presse Agentur",),
    "Keystone-SDA": ("SDA", "sda-ats", "Keystone-ATS"),
    "KNA": ("Katholische Nachrichten-Agentur",),
    "epd": ("Evangelischer Pressedienst",),
    "ANSA": ("Agenzia ANSA",),
    "Adnkronos": (),
    "EFE": ("Agencia EFE", "EFE-EPA"),
    "Europa Press": ("EUROPAPRESS",),
    "Lusa": ("LUSA", "Agência Lusa"),
    "ANP": ("Algemeen Nederlands Persbureau",),
    "Belga": ("BELGA", "Belga News Agency"),
    "Ritzau": (),
    "NTB": ("Norsk Telegrambyrå",),
    "PAP": ("Polska Agencja Prasowa", "Polish Press Agency"),
    "CTK": ("ČTK", "Czech News Agency"),
    "MTI": ("Hungarian News Agency",),
    "Agerpres": ("AGERPRES",),
    "Hina": ("HINA",),
    "Tanjug": ("TANJUG",),
    "TASS": ("ITAR-TASS", "Itar-Tass", "\u0422\u0410\u0421\u0421"),  # the last in Cyrillic
    "Interfax": ("Интерфакс",),
    "RIA Novosti": ("RIA", "РИА Новости"),
    "Sputnik": ("Sputnik News",),
    "Ukrinform": ("UKRINFORM",),
    "Anadolu Agency": ("Anadolu", "AA"),
    "IRNA": ("Islamic Republic News Agency",),
    "WAM": ("Emirates News Agency",),
    "KUNA": ("Kuwait News Agency",),
    "Saudi Press Agency": ("SPA",),
    "MENA": ("Middle East News Agency",),
    "MENAFN": ("Menafn", "MENAFN.com"),
    "PTI": ("Press Trust of India", "PTI News", "ptinews"),
    "ANI": ("Asian News International", "ANI News", "aninews"),
    "IANS": ("Indo-Asian News Service", "IANS English"),
    "UNI": ("United News of India",),
    "APP": ("Associated Press of Pakistan",),
    "BSS": ("Bangladesh Sangbad Sangstha",),
    "Xinhua": ("XINHUA", "Xinhua News Agency", "新华社", "新華社", "xinhuanet"),
    "China News Service": ("CNS", "中新社", "中新网"),
    "Kyodo News": ("Kyodo", "KYODO", "共同", "共同通信", "kyodonews"),
    "Jiji Press": ("Jiji", "JIJI", "時事", "時事通信"),
    "Yonhap": ("YONHAP", "Yonhap News", "Yonhap News Agency", "연합뉴스", "yna"),
    "KCNA": ("Korean Central News Agency",),
    "CNA": ("Central News Agency",),
    "Bernama": ("BERNAMA",),
    "Antara": ("ANTARA", "ANTARA News"),
    "PNA": ("Philippine News Agency",),
    "VNA": ("Vietnam News Agency",),
    "NAN": ("News Agency of Nigeria",),
    "Inter Press Service": ("IPS",),
    "States News Service": ("States News",),
    "Tribune News Service": ("TNS", "Tribune Content Agency"),
    "PR Newswire": ("PRNewswire", "PRNEWSWIRE", "PRNewswire-USNewswire", "PRNewswire-PRWeb", "PRN"),
    "Business Wire": ("BUSINESS WIRE", "BusinessWire", "Businesswire"),
    "GlobeNewswire": ("GLOBE NEWSWIRE", "Globe Newswire", "GLOBENEWSWIRE", "NASDAQ OMX"),
    "Marketwired": ("MARKETWIRE", "Marketwire", "MARKETWIRED", "Market Wire"),
    "Newsfile": ("NEWSFILE", "Newsfile Corp.", "NEWSFILE CORP"),
    "ACCESSWIRE": ("ACCESS Newswire", "Accesswire"),
    "CNW": ("Canada NewsWire", "Cision"),
    "EQS": ("EQS Newswire", "EQS Group"),
    "news aktuell": ("ots",),
}

# What such names end in, so that `Halcyon`, `Halcyon Wire` and `halcyonwire.example` are one.
_ENDINGS = ("agency", "wire", "press", "news", "service")
_SHORTEST = 3  # letters that are left of a name at least: fewer tell nothing

_ADDRESS = re.compile(r"(?:https?://)?((?:[\w-]{2,63}\.){1,4})[a-z]{2,16}/?", re.IGNORECASE)
_SECOND_LEVEL = ("co", "com", "net", "org", "gov")  # as in `.co.uk`


def squeezed(name: str) -> str:
    """The letters and digits of a name, folded."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


WRITTEN = frozenset(each for name, also in AGENCIES.items() for each in (name, name.upper(), *also))
"""All names as they are written, short ones in capitals."""

_CANONICAL = {squeezed(name): told for told, aliases in AGENCIES.items() for name in (told, *aliases)}


@lru_cache(maxsize=1 << 14)
def known_agency(name: str) -> str | None:
    """The agency of that name, as it is told, or None for a name that is not in `AGENCIES`."""
    letters = squeezed(name)
    return _CANONICAL.get(letters) or _CANONICAL.get(letters.removeprefix("the"))


@lru_cache(maxsize=1 << 14)
def agency_key(name: str) -> str:
    """What all names of one agency or outlet give: `AP`, `Associated Press` and `apnews.com` the same."""
    address = _ADDRESS.fullmatch(name.strip())
    if address:
        labels = [label for label in address[1].rstrip(".").split(".") if label not in _SECOND_LEVEL]
        name = labels[-1] if labels else name
    known = known_agency(name)
    letters = squeezed(known or name)
    if known:
        return letters
    if letters.startswith("the") and len(letters) >= len("the") + _SHORTEST:
        letters = letters.removeprefix("the")
    while ending := next((each for each in _ENDINGS if letters.endswith(each)), ""):
        if len(letters) < len(ending) + _SHORTEST:
            break
        letters = letters.removesuffix(ending)
    return letters


# What stands in a dateline's brackets and is no agency.
_NOTES = (
    "adds alert as analysis blog breaking commentary correct corrected correction developing editorial"
    " embargoed exclusive excerpt factbox feature follow interview live news opinion pics recasts refile"
    " repeat repeats review sponsored undated update updated updates urgent video watch wrapup writethru"
)
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun"
    " january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
_COUNTRIES = (
    "argentina australia austria belgium brazil britain canada chile china colombia cuba cyprus denmark egypt"
    " england europe finland france germany ghana greece hungary india indonesia iran iraq ireland"
    " israel italy japan jordan kenya lebanon libya malaysia malta mexico morocco netherlands nigeria norway"
    " pakistan peru poland portugal qatar romania russia scotland serbia singapore spain sudan sweden"
    " switzerland syria taiwan thailand turkey uae ukraine uruguay usa venezuela vietnam wales yemen"
)
_STATES = (
    "alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana"
    " iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri"
    " montana nebraska nevada ohio oklahoma ontario oregon pennsylvania quebec tennessee texas utah vermont"
    " virginia washington wisconsin wyoming ala ariz ark calif colo conn del fla ill ind kan mass md mich"
    " minn miss mont neb nev okla ont ore penn que tenn tex wash wis wyo d.c n.h n.j n.m n.y s.c u.k u.n u.s"
)
NO_AGENCIES = frozenset(word for words in (_NOTES, _DAYS, _COUNTRIES, _STATES) for word in words.split(" "))
