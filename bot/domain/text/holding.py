"""What holds a customer until there is an answer: no cause, no promise and no time that nobody said. Pure."""

LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch",
    "pt": "Portuguese", "pl": "Polish", "sv": "Swedish", "da": "Danish",
}  # fmt: skip
"""Languages that a holding reply can be in, with their names."""

_SAYS = {
    "en": "Thank you for your message. It has reached us. Several customers are writing to us about this now, and we "
    "are looking into it. You need not write again: this conversation stays open.",
    "de": "Vielen Dank für Ihre Nachricht. Sie ist bei uns angekommen. Im Moment schreiben uns mehrere Kundinnen und "
    "Kunden dazu, und wir gehen der Sache nach. Sie müssen nicht noch einmal schreiben: Ihre Anfrage bleibt offen.",
    "fr": "Merci pour votre message, que nous avons bien reçu. Plusieurs clients nous écrivent en ce moment à ce "
    "sujet, et nous l'examinons. Il n'est pas nécessaire d'écrire à nouveau : votre demande reste ouverte.",
    "es": "Gracias por su mensaje, que hemos recibido. En este momento varios clientes nos escriben sobre lo mismo y "
    "lo estamos revisando. No hace falta que vuelva a escribir: su consulta sigue abierta.",
    "it": "Grazie per il suo messaggio, che abbiamo ricevuto. In questo momento diversi clienti ci scrivono di questo "
    "e lo stiamo verificando. Non è necessario scrivere di nuovo: la sua richiesta resta aperta.",
    "nl": "Bedankt voor uw bericht. We hebben het ontvangen. Op dit moment schrijven meer klanten ons hierover en we "
    "zoeken het uit. U hoeft niet opnieuw te schrijven: uw vraag blijft open.",
}


def holding_text(language: str, frame: tuple[str, str] = ("", "")) -> str:
    """A text in that language (in English where there is none), between a greeting and an ending."""
    greeting, ending = frame
    return "\n\n".join(filter(None, (greeting, _SAYS.get(language, _SAYS["en"]), ending)))
