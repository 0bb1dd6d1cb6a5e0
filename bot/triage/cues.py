"""Words and marks that raise risk whatever the classifiers think. Short lists on purpose; they never lower it.

Legal threats, danger to people and stolen accounts are rare, so no classifier of a few examples is trusted with
missing them. A calm legal notice is as serious as an angry one; anger alone raises low risk to medium.
"""

import re
from dataclasses import dataclass

_HIGH = {
    "a legal threat or chargeback": r"""
        lawyers? | attorneys? | solicitors? | barrister | small\ claims | (?:take|taking|see)\ you\ (?:to|in)\ court | lawsuit
        | legal\ (?:action|proceedings|steps|counsel) | (?:going\ to|will|gonna)\ sue | suing | charge\s?back | notice\ of\ default
        | (?:dispute|disputed|disputing)\b.{0,30}\b(?:bank|card|visa|mastercard|paypal|issuer)
        | (?:consumer\ protection|trading\ standards|ombudsman|regulator|data\ protection\ authority)
        | (?:anwalt|anwältin|rechtsanwalt|klage|verbraucherzentrale|abogado|avocat|tribunal)""",  # noqa: E501
    "a danger to people": r"""
        electric(?:al)?\ shock | electrocut\w+ | (?:got|get|gave\ me|getting)\ (?:a\ |an\ )?shock\b | sparks? | on\ fire | caught\ fire | flames?
        | smoke | smoking | burn(?:t|ed|ing)?\ (?:plastic|smell|my|his|her|our|their) | exploded | explosion | injur\w+ | bleeding | hospital
        | melted | shattered\ glass | glass\ in\ my | allergic\ reaction | suicid\w+ | kill\ myself | hurt\ (?:myself|himself|herself)""",  # noqa: E501
    "a stolen account": r"""
        hack(?:ed|er|ers|ing)? | phish\w* | identity\ theft | (?:someone|somebody|stranger)\ (?:else\ )?(?:is\ |has\ |was\ )?(?:in|into|using|used|logged|changed|accessed)\b
        | (?:account|login|password)\ (?:was\ |is\ |has\ been\ |got\ )?(?:stolen|compromised|taken\ over) | (?:wasn't|was\ not|wasnt)\ me
        | unauthori[sz]ed | did(?:\ not|n't|nt)\ (?:make|place|authori[sz]e)\ (?:this|that|these|those|the|any)\ (?:order|purchase|charge|payment|transaction)s?""",  # noqa: E501
}  # fmt: skip
_COMPILED = {name: re.compile(rf"\b(?:{pattern})\b", re.I | re.X) for name, pattern in _HIGH.items()}


@dataclass(frozen=True, slots=True)
class Cue:
    """What the text speaks of, and its words."""

    name: str
    words: str


def high_risk(text: str) -> Cue | None:
    """The first cue of high risk in the text, or None."""
    for name, pattern in _COMPILED.items():
        if match := pattern.search(text):
            return Cue(name, " ".join(match.group().split()))
    return None
