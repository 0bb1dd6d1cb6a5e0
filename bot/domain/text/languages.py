"""Which language a text is in, by its commonest words and its script: quick, and silent where it cannot tell. Pure.

For drafts and articles, which are written in whole sentences. What customers write, a few words without grammar among
links and codes, takes the statistics of `bot.triage.language`.
"""

import re
import unicodedata

from bot.domain.text.wording import words

_VOICES = {
    "en": """a an as at by no do per if the and is are of to in for you your with can not be we will on it this that our
        have has was please from within it's you'll we'll yet been""",
    "de": """der die das und ist sind nicht mit sie ein eine einen zu ihr ihre ihren auf wir von im in für kann können
        wird werden den dem des haben hat bitte wenn oder nach wie als auch einmal innerhalb sich bei""",
    "fr": """le la les l et est sont des une un vous pour dans avec pas ne votre vos sur du de nous au aux que qui en à
        dans être veuillez sera cette ce ces""",
    "es": """el los las y es son una un para con por que no su sus se en de del la le al puede está pueden ha como más
        este esta por favor""",
    "nl": """de het een en is van voor niet met je u uw op te kunt kunnen wordt worden in binnen naar dat die zijn bij
        heeft gaat wij onze ook aan""",
    "it": """il lo gli la le i e è una un per con che non di della del alla suo sua può in entro essere si dal dalla
        sono stata stato nel nella""",
    "pt": """o os as a e é uma um para com que não do da dos das em no na seu sua pelo pela pode está ao foi ser se""",
    "pl": """i w na do nie jest się z że to od dla po ci ją jak twoja twój możesz można powinna oraz przez został
        została ciągu""",
    "sv": """och är en ett att det som för på med inte av till din ditt dina kan du inom efter bör vi har från om""",
    "da": """og er en et at det som for på med ikke af til din dit dine kan du inden efter bør vi har fra om hvis""",
}
_VOTERS = {language: frozenset(voices.split()) for language, voices in _VOICES.items()}
_TELLING = {
    language: frozenset(
        word for word in voters if sum(word in others for others in _VOTERS.values()) == 1 and len(word) > 1
    )
    for language, voters in _VOTERS.items()
}
SCRIPTS = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh", "THAI": "th", "GREEK": "el", "HEBREW": "he",
    "CYRILLIC": "ru", "ARABIC": "ar", "DEVANAGARI": "hi",
}  # fmt: skip
"""What Unicode calls the letters of scripts that tell a language, or the commonest one of several."""
SAME_SCRIPT = {"ru": frozenset({"ru", "uk", "bg", "sr", "be"}), "ar": frozenset({"ar", "fa", "ur"}),
               "zh": frozenset({"zh", "ja"}), "hi": frozenset({"hi", "mr", "ne"})}  # fmt: skip
"""The languages that the commonest one of a script may stand for here."""
_FALSE_FRIENDS = frozenset(
    "a an as am at by do die has in is me men no of on or per so to was we van over".split()  # noqa: SIM905
)
_FEWEST_WORDS = 2  # different ones that speak for a language
_READ = 3_000
_LETTER = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str:
    """The language (ISO 639-1) that the text's commonest words or its script tell, or "" where they do not."""
    text = text[:_READ]
    if by_script := _by_script(text):
        return by_script
    found = words(text)
    scores = {language: _score(language, voters.intersection(found), found) for language, voters in _VOTERS.items()}
    first, second = sorted(scores, key=lambda language: -scores[language])[:2]
    few = len(_VOTERS[first].intersection(found)) < _FEWEST_WORDS and len(found) > _FEWEST_WORDS + 3
    sure = (
        not few and scores[first] >= 1.0 and scores[first] >= 1.3 * scores[second] and scores[first] * 12 >= len(found)
    )
    return first if sure else ""


def _score(language: str, spoken: frozenset[str], found: list[str]) -> float:
    """How much the words speak for a language: those that only it has in full, those that English has too hardly."""
    shares = {
        word: 0.1 if language != "en" and word in _FALSE_FRIENDS else 1.0 if word in _TELLING[language] else 0.4
        for word in spoken
    }
    return sum(shares.get(word, 0.0) for word in found)


def _by_script(text: str) -> str:
    """The language that most uses the script of the letters, where they are not Latin."""
    letters = _LETTER.findall(text)[:300]
    if not letters or all(letter < "\u0250" for letter in letters):
        return ""
    counts: dict[str, int] = {}
    for letter in letters:
        language = SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], "")
        counts[language] = counts.get(language, 0) + 1
    if counts.get("ja"):
        counts["ja"] += counts.pop("zh", 0)
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] * 2 > len(letters) else ""
