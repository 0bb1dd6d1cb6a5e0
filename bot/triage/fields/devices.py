"""Devices that many customers name; a team's own products are fields of its taxonomy."""

import re
from collections.abc import Iterator

from bot.domain.answer import Field
from bot.triage.fields.spotted import spotted

_FAMILIES = r"""
    iPhone(?:\s(?:\d{1,2}|SE|X[SR]?))?(?:\s(?:Pro|Max|Plus|mini))*
    | iPad(?:\s(?:Pro|Air|mini))?(?:\s(?:\d{1,2}|M\d))?
    | MacBook(?:\s(?:Air|Pro))?(?:\s(?:M\d(?:\s(?:Pro|Max))?|20\d\d|\d\d))? | iMac(?:\s(?:M\d|20\d\d))?
    | Mac\s(?:mini|Studio|Pro)
    | Apple\s(?:Watch|TV)(?:\s(?:Series\s\d{1,2}|Ultra(?:\s\d)?|SE|4K))? | AirPods(?:\s(?:Pro|Max))?(?:\s\d)?
    | (?:Samsung\s)?Galaxy\s(?:Note|Tab|Watch|Buds|Fold|Z\sFlip|Z\sFold|[SA])\s?[A-Z]?\d{0,3}[a-z]?
        (?:\s(?:Ultra|Plus|FE|Pro|Lite)|\+)*
    | (?:Google\s)?Pixel\s\d{1,2}[a-z]?(?:\s(?:Pro|XL|Fold))* | (?:Google\s)?Nest\s(?:Hub|Mini|Cam)
    | (?:Microsoft\s)?Surface\s(?:Pro|Laptop|Go|Book|Studio)(?:\s\d{1,2})?
    | ThinkPad(?:\s[A-Z]\d{1,3}[a-z]?(?:\s(?:Carbon|Yoga|Nano|Gen\s\d{1,2}))*)? | IdeaPad(?:\s\w{1,6})? | Chromebook
    | (?:Dell\s)?(?:XPS|Latitude|Inspiron)\s\d{2,4} | Kindle(?:\s(?:Paperwhite|Oasis|Scribe|Fire))?
    | PlayStation\s?\d | PS[345] | Xbox\s(?:One|Series\s[XS]|360) | Nintendo\sSwitch | Steam\sDeck
    | Echo\s(?:Dot|Show|Studio|Plus)(?:\s\d{1,2})? | Fire\s(?:TV(?:\sStick)?|HD\s\d{1,2}) | Chromecast
    | FRITZ!?Box(?:\s\d{4})?
    | Fairphone\s\d | OnePlus\s\d{1,2}T? | Redmi\s(?:Note\s)?\d{1,2} | Xiaomi\s\d{1,2}T?
    | Huawei\s[PY]\d{1,2} | Xperia\s\w{1,4}
    | Raspberry\sPi(?:\s\d)? | Windows\s(?:XP|Vista|7|8(?:\.1)?|1[01])(?:\s(?:Pro|Home))?"""  # fmt: skip
_DEVICE = re.compile(rf"(?<![\w-])(?<!from\smy\s)(?<!von\smeinem\s)(?:{_FAMILIES})(?![\w])", re.I | re.X)


def find_devices(text: str) -> Iterator[Field]:
    """Find devices by their family's name; the mail program's "sent from my" names none."""
    for match in _DEVICE.finditer(text):
        yield spotted("device", match)
