"""The words that dates are made of, in English, German, French, Spanish, Italian, Dutch and Portuguese.

Abbreviations that are common words of another of these languages ("set", "out", "ago", "so") are left out.
"""

from collections.abc import Iterable


def _numbered(groups: Iterable[str], start: int) -> dict[str, int]:
    return {word: number for number, words in enumerate(groups, start) for word in words.split()}


MONTHS = _numbered(
    (
        "january jan januar januari janvier janv enero gennaio janeiro",
        "february feb februar februari février févr febrero febbraio fevereiro",
        "march mar märz maart mars marzo março",
        "april apr avril abril aprile",
        "may mai mei mayo maggio maio",
        "june jun juni juin junio giugno junho",
        "july jul juli juillet juil julio luglio julho",
        "august aug augustus août agosto",
        "september sept sep septembre septiembre settembre setembro",
        "october oct oktober okt octobre octubre ottobre outubro",
        "november nov novembre noviembre novembro",
        "december dec dezember dez décembre déc diciembre dicembre dezembro",
    ),
    1,
)
WEEKDAYS = _numbered(
    (
        "monday montag lundi lunes lunedì maandag segunda-feira",
        "tuesday dienstag mardi martes martedì dinsdag terça-feira",
        "wednesday mittwoch mercredi miércoles mercoledì woensdag quarta-feira",
        "thursday donnerstag jeudi jueves giovedì donderdag quinta-feira",
        "friday freitag vendredi viernes venerdì vrijdag sexta-feira",
        "saturday samstag sonnabend samedi sábado sabato zaterdag",
        "sunday sonntag dimanche domingo domenica zondag",
    ),
    0,
)
SHORT_WEEKDAYS = _numbered(("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun"), 0)
"""Only believed beside a day of the month: "sat" and "sun" are words of their own."""

DAYS = {
    word: offset
    for offset, words in {
        -2: "the day before yesterday|day before yesterday|vorgestern|avant-hier|anteayer|l'altro ieri"
            "|eergisteren|anteontem",
        -1: "yesterday|last night|gestern morgen|gestern|hier soir|ayer|anoche|ieri|gisteren|ontem",
        0: "today|tonight|this morning|this afternoon|this evening|heute morgen|heute|aujourd'hui|ce matin"
        "|ce soir|hoy|oggi"
            "|stasera"
        "|vandaag|vanavond|hoje|esta noche",
        1: "tomorrow|demain|amanhã|domani",
        2: "the day after tomorrow|day after tomorrow|übermorgen|après-demain|pasado mañana|dopodomani|overmorgen",
    }.items()
    for word in words.split("|")
}  # fmt: skip
MORNING_OR_TOMORROW = "morgen|mañana"
"""Tomorrow, but not behind an article, a greeting or "every"."""

NUMBERS = _numbered(
    (
        "a an one ein eine einem einer un une uno una een um uma",
        "two zwei deux dos due twee dois duas",
        "three drei trois tres tre drie três",
        "four vier quatre cuatro quattro quatro",
        "five fünf cinq cinco cinque vijf",
        "six sechs seis sei zes",
        "seven sieben sept siete sette zeven sete",
        "eight acht huit ocho otto oito",
        "nine neun neuf nueve nove negen",
        "ten zehn dix diez dieci tien dez",
        "eleven elf onze once undici",
        "twelve zwölf douze doce dodici twaalf doze",
    ),
    1,
)
UNITS = {
    word: unit
    for unit, words in {
        "day": "day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen",
        "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
        "fortnight": "fortnight",
        "month": "month months monat monate monaten mois mes meses mese mesi maand maanden mês",
        "year": "year years jahr jahre jahren an ans année années año años anno anni jaar ano anos",
    }.items()
    for word in words.split()
}
AHEAD = "in|dans|dentro de|en|tra|fra|over|em"
"""Before a number of days: that far in the future."""
BACK = "vor|il y a|hace|há"
"""Before a number of days: that far in the past."""
AGO = "ago|earlier|geleden|fa|atrás"
ONWARD = "from now|from today|later"

PASSED = (
    "last|past|previous|letzten|letzte|letztes|letzter|vergangenen|vergangene|vorige|afgelopen|último|última"
    "|scorso|scorsa|passado"
)
PRESENT = "this|diesen|diese|dieses|ce|cet|cette|este|esta|questo|questa|deze|dit"
NEXT = (
    "next|coming|nächsten|nächste|nächstes|nächster|kommenden|kommende|próximo|próxima|prossimo|prossima"
    "|volgende|komende"
)
PASSED_BEHIND = "dernier|dernière|pasado|pasada|scorso|scorsa|passado|passada"
NEXT_BEHIND = "prochain|prochaine|próximo|próxima|que viene|prossimo|prossima"
EVERY = "every|each|jeden|jeder|chaque|tous les|cada|todos los|ogni|elke|iedere"
DATED = "am|vom|bis|zum|seit|ab|den|der|on|by|until|till|since|from|of|before|after|le|du|el|op|il|del"
"""Before "12.11." make it a date and not the end of a sentence about 12.11."""
NO_TOMORROW = "guten|goede|am|jeden|der|la|de|por"

TOLD = (
    r"since|was|were|had|has|have|been|did|didn't|never|ago|bought|came|went|got|sent|paid|took|said|told|lost"
    r"|broke|began"
    r"|seit|vom|war|wurde|hatte|habe|hat|depuis|j'ai|a été|desde|fue|llegó|sinds|heb|was|da|\w{2,}ed|\w*ge\w{3,}t"
)
"""Words that put a bare weekday or day in the past."""
AWAITED = (
    r"will|would|can|could|by|until|till|before|need|please|want|going|leave|leaving|shall|may|should|must|if|next|to"
    r"|bis|werde|wird|kann|können|brauche|bitte|avant|peut|pouvez|jusqu'à|puede|pueden|antes|voor|kan|kunnen|entro"
)
