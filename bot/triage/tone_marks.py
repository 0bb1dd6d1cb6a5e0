"""Words and marks that carry tone, as measurements for a classifier to weigh: none of them decides by itself.

Sentence embeddings follow the topic more than the tone; these say the rest. The lists hold common words of English,
German, French, Spanish, Italian and Dutch. A team's own examples in `tone.yaml` decide what each is worth.
"""

import re

_READ = 2_000  # characters of a text that are measured
_WEIGHT = 2.0  # of one mark, beside likenesses that come to about 1 in all

_WORDS = {
    "anger": r"""
        outrag\w+ | disgrac\w+ | unacceptable | ridiculous | pathetic | incompeten\w+ | useless | furious | livid
        | seething | angry
        | scam(?:med|mers?|s)? | fraud\w* | thie(?:f|ves) | theft | liars? | lied | lying | lies | idiots?\b
        | clowns? | crooks? | cowboys | stupid
        | shame\ on | shambles | disgust\w* | appall\w+ | rubbish | garbage | trash | crap\w* | (?:god)?damn\w*
        | bloody | what\ the\ hell | fuck\w*
        | shit\w* | bullshit | wtf | screw\ you | rip(?:ped)?[ -]?off | worst | insult\w* | (?:a|absolute|total)\ joke
        | fed\ up | sick\ (?:of|and\ tired) | (?:had|have\ had)\ (?:enough|it\ with) | how\ dare | never\ again
        | (?:I|we)\ demand | arrogan\w+ | rude
        | negligen\w+ | unbelievable | insane
        | (?:extremely|deeply|utterly|beyond)\ (?:disappointed|annoyed|dissatisfied) | unprofessional | cheat\w*
        | you\ (?:people|lot|idiots) | third\ time | fourth\ time | bravo | thanks\ for\ nothing
        | frech\w* | unverschämt\w* | unfähig\w* | saftladen | sauer | stinksauer | wütend | betrug | betrüger
        | belogen | abzocke
        | honteux | honte | scandaleu\w+ | inadmissible | inacceptable | voleurs? | arnaque | furieu\w+ | marre
        | menteurs?
        | vergüenza | sinvergüenzas? | ladrones | estafa\w* | hart[oa] | indignante | mentir\w* | furios[oa]
        | inaceptable
        | vergogna | truffa\w* | ladri | inaccettabile | schandalig | belachelijk | woedend | woest | oplichters?""",
    "sorrow": r"""
        disappoint\w* | sad | sadly | unfortunate\w* | regret\w* | upset\w* | worr(?:y|ied|ies|ying) | concerned
        | frustrat\w+ | unhappy
        | not\ (?:so\ |very\ |that\ |too\ )?(?:happy|satisfied|thrilled|pleased|great|ideal) | dissatisf\w+
        | unsatisf\w+ | let\ ?down | letdown | pity | shame | bummer
        | annoy\w* | i'm\ afraid | nervous | anxious | stress(?:ed|ful|ing) | desperate | helpless | hoped
        | expected\ (?:more|better) | tired | tiring | unfair
        | uneasy | discourag\w+ | scared | cried | crying | tears | heartbroken | too\ bad | hurts? | poor | worse
        | lost\ hope | embarrass\w+ | uncomfortable | terribl[ey] | horribl[ey] | awful
        | schade | leider | enttäusch\w* | ärgerlich | verzweifelt | traurig | unzufrieden | besorgt
        | déçue?s? | dommage | triste | inquiet | inquiète | malheureusement | décevant | decepci\w+ | lástima
        | lamentablemente | preocupad[oa] | pena
        | delus[oa] | purtroppo | peccato | helaas | jammer | teleurgesteld | bezorgd | [:;]-?\( | 😢 | 😞 | 😔""",
    "gladness": r"""
        thank\w* | thx | cheers | great | love[sd]? | lovely | adore\w* | happy | glad | perfect\w* | awesome
        | wonderful | excellent | amazing | brilliant
        | fantastic | delight\w* | thrilled | pleased | pleasure | appreciate\w* | kudos | superb | grateful
        | impressed | best | enjoy\w* | marvellous | (?<!be\ )nice
        | well\ done | danke | dank | toll\w* | super | klasse | begeistert | prima | merci | parfait\w* | ravie?
        | formidables? | génial\w*
        | gracias | encantad[oa] | genial\w* | excelente | maravill\w+ | grazie | gentilissim[oi]
        | ottimo | bedankt | blij | obrigad[oa] | [:;]-?\)
        | ❤ | 👍 | 🎉 | 🙏 | 😀 | 😊""",
    "haste": r"""
        immediate\w* | at\ once | right\ (?:now|away) | asap | a\.s\.a\.p | urgent\w* | emergency
        | this\ (?:minute|second|instant|very\ moment)
        | (?:in|within|for)\ (?:the\ |an?\ |one\ |two\ |three\ |four\ |half\ an?\ |\d+\ ?)(?:min\w*|hours?|h)\b
        | by\ (?:noon|midnight|\d+\ ?(?:am|pm|:\d\d))
        | before\ (?:noon|midnight|\d+\ ?(?:am|pm|:\d\d)) | hurry | quickly | critical | time-critical | p1
        | severity | standstill | outage | last\ (?:chance|day|warning)
        | dringend\w* | sofort | eilig | umgehend | eilt | immédiat\w* | tout\ de\ suite | urgente? | au\ plus\ vite
        | ya\ mismo | ahora\ mismo | inmediat\w*
        | subito | spoed | dringend | meteen""",
    "today": r"""
        now | today | tonight | tomorrow | this\ (?:morning | afternoon | evening) | noon | midnight | minutes?
        | hours?
        | heute | jetzt | morgen | aujourd'hui | maintenant | demain | ce\ soir | hoy | ahora | mañana | esta\ noche
        | oggi | adesso | domani | vandaag | nu""",
    "standstill": r"""
        down | offline | dead | stopped | stuck | stranded | locked\ (?:in|out) | nobody\ can
        | (?:no\ one|none\ of\ \w+(?:\ \w+)?)\ can
        | (?:all|every|entire|whole)\ (?:our\ |the\ |of\ )?(?:users?|customers?|visitors?|office|system|team|shop|site
            |building|terminals?|screens|branch|plant|company|warehouse)
        | (?:customers|guests|clients|patients)\ (?:are\ )?(?:waiting|standing|queuing|cannot|can't) | leak\w*
        | dripping
        | steht\ still | ausfall | en\ panne | no\ hay\ sistema""",
    "intruder": r"""
        (?:someone|somebody|stranger)\ (?:is|has|just|logged|changed|else)\b | stolen | hacked
        | block\ (?:my|the|it) | freeze\ my | wasn't\ me | gestohlen
        | sperren | bloquer | bloque\w+ | robando | rubat\w+""",
    "leisure": r"""
        no\ (?:rush|hurry|stress|need|reply|action|answer|deadline) | not\ (?:urgent|pressing|important|asking)
        | whenever | when\ you\ (?:can|get|have|find) | some\ ?day | one\ day
        | at\ some\ point | curio\w+
        | just\ (?:wondering|to\ say|feedback|browsing|looking|so\ you\ know|wanted\ to\ (?:say|tell))
        | only\ (?:wanted|looking|telling|to\ inform)
        | fyi | for\ (?:your|the)\ (?:information|records?|files) | suggest\w+ | idea | wish\ ?list
        | feature\ request | next\ (?:year|summer|autumn|spring|winter)
        | in\ (?:the\ )?future | take\ your\ time | plenty\ of\ time | low\ priority | can\ wait
        | it\ would\ be\ (?:nice|great)
        | keine\ eile | kein\ stress | nur\ (?:zur\ info|ein\ hinweis) | irgendwann | pas\ (?:pressé|urgent)
        | sin\ prisa | no\ corre\ prisa | geen\ haast | non\ è\ urgente""",
    "closing": r"""
        never\ ?mind | ignore\ my | disregard | (?:you\ (?:can|may)\ )?close\ (?:the|this) | solved | sorted
        | resolved | fixed\ it | noted | got\ it | understood | all\ good
        | that's\ all | works?\ (?:now|again|perfectly) | erledigt | tout\ est\ réglé | ya\ está | opgelost""",
    "question": r"""
        how | what | where | which | when | why | who | can\ (?:i|we|you|my) | could | do\ (?:i|you|we) | does
        | is\ (?:it|there|the|my) | are | may
        | wie | wo | wann | welche\w* | comment | où | quel\w* | cómo | cuánto | cuándo | dónde | hoe | waar | welke
        | come | quanto""",
}  # fmt: skip
_FOUND = {name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I | re.X) for name, words in _WORDS.items()}
_LOUD, _SCREAMING = 0.4, 0.9  # of shouting: capitals or marks, and both
_SPOKEN = re.compile(r"\b[^\W\d_]{2,}\b")


def shouting(text: str) -> float:
    """How loud a text is, from 0 to 1: the share of its words that are all capitals, and its runs of ! and ?."""
    text = text[:_READ]
    found = _SPOKEN.findall(text)
    capitals = sum(word.isupper() and len(word) > 2 for word in found) / len(found) if len(found) >= 3 else 0.0
    marks = min(1.0, len(re.findall(r"!{2,}|\?{2,}|[!?]{3,}", text)) * 0.5 + text.count("!") * 0.1)
    return min(1.0, 0.7 * min(1.0, capitals * 2) + 0.5 * marks)


def sentiment_marks(text: str) -> tuple[float, ...]:
    """What says how the customer feels: loudness, words of anger (one, and more than one), of sorrow and gladness."""
    loud = shouting(text)
    return _weighed(
        loud,
        2 * (loud >= _SCREAMING),
        *_few(text, "anger"),
        *_few(text, "gladness"),
        _any(text, "sorrow"),
        _any(text, "question"),
    )


def urgency_marks(text: str) -> tuple[float, ...]:
    """What says how soon it must be: haste, today, a standstill, an intruder; or leisure, thanks, a closing."""
    return _weighed(
        *_few(text, "haste"),
        *(
            _any(text, name)
            for name in (
                "today",
                "standstill",
                "intruder",
                "leisure",
                "closing",
                "anger",
                "sorrow",
                "gladness",
                "question",
            )
        ),
        float("?" in text[:_READ]),
    )


def _any(text: str, name: str) -> float:
    return float(_FOUND[name].search(text[:_READ]) is not None)


def _few(text: str, name: str) -> tuple[float, float]:
    """Whether such a word is there, and whether a second one is."""
    found = _FOUND[name].finditer(text[:_READ])
    return float(next(found, None) is not None), float(next(found, None) is not None)


def _weighed(*marks: float) -> tuple[float, ...]:
    return tuple(mark * _WEIGHT for mark in marks)


def heat(text: str) -> int:
    """How heated a text is by its words alone: 0 calm, 1 unhappy, 2 angry, 3 furious."""
    angry = sum(_few(text, "anger"))
    if angry == 2 or (angry and shouting(text) >= _LOUD):
        return 3
    return 2 if angry or shouting(text) >= _SCREAMING else int(_any(text, "sorrow"))
