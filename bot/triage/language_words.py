"""Words and letters that give a language away where there is too little text for statistics.

The commonest words of each language, its greetings and thanks, and what customers say most. A word that two languages
share counts for both and so decides nothing between them.
"""

_SPOKEN = {
    "en": """the a an is are was were be been i you he she it we they my your our this that these those and or but not
        no of to in on at for with from by as do does did don't doesn't can't can could would will what where when why
        how who which have has had please thanks thank hello help need want still order cancel received working work
        missing late broken account waiting subscription there any me about""",
    "de": """der die das den dem des ein eine einen einem einer und oder aber nicht kein keine ich du er sie es wir
        ihr mein meine meinen mir mich ist sind war wird wurde habe hat haben kann können will möchte wie was wo wann
        warum wer von zu zum zur für auf im in an bei mit aus seit bitte danke schön hallo guten tag moin servus ja
        nein noch mehr geht heute bestellung rechnung lieferung paket stornieren kündigen fehlt kommt gut""",
    "fr": """le la les un une des du de et ou mais pas ne je tu il elle nous vous ils mon ma mes votre vos ce cette
        est sont était ai a avez avons où quand comment pourquoi quel quelle que qui dans sur avec pour par au aux
        bonjour bonsoir salut merci svp bjr jai oui non ça marche reçu colis commande facture annuler remboursement
        veux peux""",
    "es": """el la los las un una unos de del y o pero no yo tú él ella nosotros mi mis su sus este esta es son está
        están fue ha he hay dónde cuándo cómo por qué cuál quién en con para sin al lo se me te le hola buenos buenas
        días tardes gracias favor sí quiero necesito puedo pueden funciona pedido factura cancelar devolución sigo
        esperando cuánto tarda abre link""",
    "it": """il lo la i gli le un uno una di del della e o ma non io tu lui lei noi voi mio mia miei è sono era ho ha
        hanno dove dov'è quando come perché quale chi in con per da al nel ciao buongiorno buonasera salve grazie
        mille prego vorrei posso funziona ordine pacco fattura annullare ricevuto ricevuta arrivata quanto costa
        spedizione""",
    "nl": """de het een en of maar niet geen ik jij je hij zij wij jullie mijn uw dit dat is zijn was heb heeft hebben
        kan wil waar wanneer waarom hoe wat wie van voor op in met aan bij naar nog hoi hallo goedemorgen goedemiddag
        dank wel bedankt alstublieft graag werkt doet niks pakket bestelling factuur ontvangen ontbreekt opzeggen
        krijg""",
    "pt": """o a os as um uma de do da dos das e ou mas não eu ele ela nós meu minha este esta é são foi está tenho
        tem onde quando como por que qual quem em no na com para sem ao se me olá oi bom boa dia tarde obrigado
        obrigada quero preciso posso funciona ainda encomenda pedido fatura cancelar reembolso recebi entrega depois""",
    "pl": """i w na z do nie się jest są to ten ta mój moja moje jak gdzie kiedy dlaczego co kto czy za od po ale mam
        chcę proszę dziękuję dzień dobry cześć paczka zamówienie faktura fakturę działa anulować o pieniędzy""",
    "sv": """och att det är en ett jag du vi ni min mitt mina inte som på av för med till från kan vill var när hur
        varför vad hej tack så mycket god dag fungerar paket fakturan beställning hjälpen igen kommer""",
    "da": """og at det er en et jeg du vi min mit mine ikke som på af for med til fra kan vil hvor hvornår hvordan
        hvorfor hvad hej tak god dag virker pakke fakturaen ordre gerne hjælpen men stadig""",
    "fi": """ja on ei en se tämä minä sinä minun missä milloin miksi miten mikä kuka että mutta kun hei moi kiitos
        haluan voinko toimi tilauksen tilaus paketti pakettini lasku rahat takaisin saan""",
    "cs": """a je jsem jsou v na se to ten ta můj moje jak kde kdy proč co kdo za od do ale nemám chci prosím děkuji
        dobrý den ahoj zásilka objednávku objednávka faktura nefunguje zrušit nepřišla mi""",
    "tr": """ve bir bu şu ben sen o biz siz benim ne nerede zaman neden nasıl kim mi mı için ile ama değil var yok
        merhaba selam teşekkür ederim teşekkürler lütfen istiyorum siparişim kargom kargo fatura iade çalışmıyor iptal
        etmek""",
}  # fmt: skip
WORDS: dict[str, tuple[str, ...]] = {}
"""Each word with the languages that use it."""
for _language, _words in _SPOKEN.items():
    for _word in sorted(set(_words.split())):
        WORDS[_word] = (*WORDS.get(_word, ()), _language)

LETTERS = {
    "ß": ("de",), "ñ": ("es",), "¿": ("es",), "¡": ("es",), "ã": ("pt",), "õ": ("pt",), "ł": ("pl",), "ż": ("pl",),
    "ś": ("pl",), "ę": ("pl",), "ą": ("pl",), "ź": ("pl",), "ğ": ("tr",), "ş": ("tr",), "ı": ("tr",), "ř": ("cs",),
    "ě": ("cs",), "ů": ("cs",), "ø": ("da",), "æ": ("da",), "œ": ("fr",), "ê": ("fr", "pt"), "ü": ("de", "tr"),
    "ö": ("de", "sv", "fi", "tr"), "ä": ("de", "sv", "fi"), "å": ("sv", "da"),
}  # fmt: skip
