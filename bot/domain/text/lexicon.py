# ruff: noqa: E501  (patterns and word lists read better whole)
"""Small words that turn a sentence round, in five languages, and everyday words that stand for the same. Pure data.

Words are grouped by what they do: deny, limit, bound, generalise. The groups are short on purpose: the commonest words
of support answers, not a dictionary.
"""

import re
import unicodedata
from functools import lru_cache

from bot.domain.text.wording import STOP, normal, stem

AND = {"en": "and", "de": "und", "fr": "et", "es": "y|e", "nl": "en", "it": "e", "pt": "e"}

DENIALS = frozenset(
    """no not never none nobody nothing neither nor cannot cant wont dont doesnt isnt arent unable impossible forbidden
    prohibited unavailable refuse refused refuses refusing reject rejected exclude excluded excludes excluding closed
    optional voluntary invalid nicht kein keine keinen keiner keinem nie niemals unmöglich verboten ausgeschlossen
    pas jamais aucun aucune rien impossible interdit exclu nunca ningún ninguna nada jamás imposible prohibido niet geen
    nooit onmogelijk verboden uitgesloten non mai não nunca""".split()  # noqa: SIM905
)
UNIVERSAL = frozenset(
    """all every always everyone everybody everything anyone anybody anything everywhere anywhere whichever
    whoever jederzeit cualquier elk ogni whenever alle allen aller jede jeder jedes jeden immer tous toutes tout toute chaque toujours todos todas todo toda
    cada siempre iedereen elke altijd alles""".split()  # noqa: SIM905
)
INCLUSIVE = frozenset(
    "too also including included includes even regardless whatever however auch aussi también ook".split()  # noqa: SIM905
)
PRONOUNS = frozenset(
    """it this that these those they them he she there es dies diese dieser das sie il elle ils elles cela ce ello esto
    esta estos het dit dat deze die""".split()  # noqa: SIM905
)

GRAMMAR = (
    STOP
    | DENIALS
    | frozenset(
        """may might must shall within upon per via cannot can't cant don't doesn't isn't aren't won't didn't it's you're
    you'll we'll we're we've you've there's that's one two still always yes long provided unless except including
    exception without within during while whereas although however usually le la les un une de du des et est sont que qui
    dans pour par avec vous votre nous sur au aux ne pas plus en il elle ce cette c'est n'est qu'il se el los las y es son una con por para su sus al lo del
    een het van voor met op te u uw kunt kunnen wordt worden naar dat die zijn bij aan worden werden wird sind dem nur
    können kann innerhalb sich""".split()  # noqa: SIM905
    )
)

_SAME = """
return refund-back retoure|cost price fee charge pay paid|arrive reach receive received receives get gets got deliver
delivered delivery|buy bought purchase purchased order ordered place placed|allow allowed permit permitted|begin begins
start starts started|end ends ended finish finished expire expires|book booked reserve reserved reservation|invoice
invoiced bill billed|keep kept store stored retain|need needs needed require required requires must mandatory
obligatory|phone call telephone|tell told report reported inform notify|package parcel|item items article product
products goods|person people|holiday vacation|change changed move moved switch edit correct correcting correction
corrections adjust|allowance limit limited maximum|own owned owns|cancel cancelled canceled cancellation|pick collect
collected|repeat repeated retake|watch watched view|restart reboot|consume consumption use used usage|drop drops
reduce reduced|pause paused freeze suspend|prove proof|sell selling sold|ship shipped ships sent send sending
shipping dispatch|answer answered reply|visit visited visits|include included includes part|house home|doctor
physician|begin beginning|leave leaves left|flat apartment|child children kid kids|replace replaced replacement replacing|insure insured
insurance insurer insurers|month months monthly|year years yearly annual annually|quarter quarterly|day daily|week
weekly|kostet kosten preis gebühr zahlen zahlt bezahlen|coûte coûtent prix frais payez payer|cuesta cuestan precio paga
pagar|kost kosten prijs betaalt betalen"""
_GENERIC = frozenset(
    """customer customers client item product order people person user service request time amount option possible
    available able want like wish simply just usually normally currently unfortunately note additional extra separate
    sure soon already still directly simple easy information detail following account team support case work great good
    happy glad course reason way kunde kunden leider client clients cliente clientes klant klanten helaas sorry afraid
    accept back due set sign enjoy aware remember means mean happen happens become gives giving hand come comes coming
    go goes going look see show shows find make makes made use uses using lets ask asks contact try tries seem expect
    expected immediately automatically instead therefore hence thus moreover furthermore addition besides additionally
    generally typically regardless entire whole different certain specific several various both later earlier older
    longer shorter higher lower total price rule rules policy policies valid apply applies according based regarding
    concerning prior subject unfortunately cover covered covers right mind worry problem issue question assume result
    results leads lead new current today near exact first second third next other exactly around about roughly least most free posible mogelijk möglich""".split()  # noqa: SIM905
)
_BACK = re.compile(
    r"\b(?:send|sends|sent|sending|give|giving|bring|take|takes|taking|taken|get|pay)\s+((?:\w+\s+){0,4}?)back\b"
)
_SUFFIXES = ("ations", "ation", "itions", "ition", "ances", "ance", "ments", "ment", "ally", "able", "ible", "ions",
             "ion", "ity", "ers", "er", "al")  # fmt: skip
_LONGEST = 7


def _unaccented(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def _shortened(word: str) -> str:
    bare = stem(word if word.isascii() else _unaccented(word))
    for suffix in _SUFFIXES:
        if bare.endswith(suffix) and len(bare) - len(suffix) >= 4:
            bare = bare[: -len(suffix)]
            break
    return bare[:_LONGEST]


_ROOTS = {
    _shortened(word): _shortened(group.split()[0])
    for group in _SAME.replace("\n", " ").split("|")
    for word in group.split()
}
GENERIC = frozenset(_shortened(word) for word in _GENERIC)


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """What a folded word has in common with its other forms and its everyday synonyms; rough on purpose."""
    short = _shortened(word)
    return _ROOTS.get(short, short)


def said_plainly(text: str) -> str:
    """Fold a text, with "take it back" said as "return" so that word by word comparison finds it."""
    return _BACK.sub(r"return \1", normal(text))
