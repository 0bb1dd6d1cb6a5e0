"""The rules that a draft must pass, one module each.

To add one, write a module here with the constant GUARDRAIL = Guardrail(name, title, check). `check` takes a
GuardInput and yields a Finding for each thing that it saw, with a message that tells the rep what is wrong in this
very draft; it yields nothing when all is well. It never raises on any text, takes under a millisecond or two, and
imports only bot.domain, bot.ports and the standard library (and phonenumbers, for phone numbers). A rule that holds a
draft BLOCKs; for words that a person wrote, most rules only WARN: people may know what no article says, but they should
see that they are alone with it.
"""

READ = 12_000
"""Characters of a draft that are read: more than a form takes (3,000) or a model writes in its 2,000 tokens."""
