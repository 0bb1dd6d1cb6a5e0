# ruff: noqa: E501  (patterns and word lists read better whole)
"""What an order to a machine looks like, in the words of several languages. Pure data.

The patterns run on text from `wording.normal`: folded, without zero-width characters. Gaps are counted in words and
bounded, so that no text makes them slow.
"""

import re

_RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|polic(?:y|ies)|constraints?|restrictions?|context|programming"
    r"|training|guardrails?)"
)
_ENGLISH = rf"""
      (?<!\bi\ )(?<!\bwe\ )(?<!\bthey\ )(?<!do\ you\ )(?<!did\ you\ )
      \b(?:ignore|disregard|forget|neglect|overrule|override|bypass|skip|discard|abandon|set\ aside|(?:do\ not|don't|never|not|stop|no\ longer)\s+(?:follow|obey)(?:ing)?)
        \s+(?:(?!my\b|our\b|his\b|her\b|own\b)\w+\s+){{0,5}}?(?:previous|prior|above|earlier|original|initial|all|your|the|any|system|safety|these|those)\s+
        (?:(?!my\b|our\b|own\b)[\w-]+\s+){{0,3}}?{_RULES}\b(?!\s+(?:light|of\s+politeness))
    | (?:ignore|disregard|forget)\s+(?:what|everything|anything|all)\b[^.\n]{{0,40}}\b(?:you\s+(?:were|have\s+been|are)\s+(?:told|given)|told\s+you|you\s+know)\b
    | (?:set\s+aside|ignore|forget|disregard)\s+the\s+{_RULES}\s+(?:that\s+)?you\b
    | (?:do\s+not|don't|stop)\s+follow(?:ing)?\s+(?:the|your)\s+(?:\w+\s+){{0,2}}?{_RULES}
    | everything\s+(?:above|before)\b[^.\n]{{0,20}}\b(?:void|invalid|cancelled|a\s+test)\b
    | (?:previous|prior|earlier|above)\s+(?:instructions?|prompts?|rules?)\s+(?:were|was|are|is)\s+(?:a\s+test|void|invalid|wrong|obsolete|cancelled)
    | your\s+new\s+(?:task|role|job|goal|instructions?|objective)\s+(?:is|are)\b
    | only\s+my\s+(?:instructions?|commands?|orders?)\s+count
    | you\s+are\s+now\s+(?:an?\s|the\s(?!first|second|third|fourth|fifth|last|only)|in\s|my\s|dan\b|free\b|bound\b|\w*(?:gpt|bot)\b)
    | you\s+are\s+no\s+longer\s+(?:an?\s|bound|restricted|limited|required|subject|under)
    | you\s+are\s+(?:dan|\w*gpt|\w*bot|an?\s+(?:unrestricted|uncensored|jailbroken))\b
    | you\s+are\s+(?:the|an?)\s+\w+\s+and\s+you\s+(?:approve|grant|allow|refund|always)
    | you\s+are\s+in\s+\w+\s+mode\b
    | (?<!\bi\ )\bpretend\s+(?:that\s+)?(?:you\b|to\s+be\s+(?:an?|the)\s+\w+)(?!\w*\s+employee)
    | (?<!\bi\ )(?<!\bwe\ )\bact\s+as\s+(?:if\s+you|though\s+you|an?\s+\w|my\s+\w|the\s+(?:system|manager|admin\w*|developer|head))
    | (?:respond|answer|reply|behave|speak)\s+as\s+(?:an?\s|the\s|if\s+you|\w*gpt|\w*bot)
    | role-?\s?play\s+(?:as|that|being)\b|(?:take\s+on|adopt)\s+the\s+(?:persona|role|identity)\b|assume\s+the\s+(?:persona|role|identity)\s+of\b
    | (?<!\bi\ )\bimagine\s+(?:that\s+)?you\s+(?:are|were|have\s+no)\b
    | (?:enter|switch\s+to|activate|enable|go\s+into|start)\s+(?:the\s+)?(?:developer|debug|god|dan|jailbreak|admin|sudo|maintenance|unrestricted)\s+mode\b
    | do\s+anything\s+now\b|jailbreak\s+mode\b
    | from\s+now\s+on,?\s+you\s+(?:will|must|are|shall|should)\b
    | (?:reveal|print|output|leak|dump|translate|summari[sz]e|list|expose)\s+(?:me\s+)?(?:\w+\s+){{0,3}}?(?:system\s+prompt|hidden\s+(?:prompt|instructions?|settings)|initial\s+(?:prompt|instructions?)|prompt|your\s+instructions?)\b
    | (?:show|repeat|display|tell\s+me|give\s+me|send\s+me)\s+(?:me\s+)?(?:\w+\s+){{0,3}}?(?:system\s+prompt|hidden\s+(?:prompt|instructions?|settings)|initial\s+(?:prompt|instructions?)|your\s+(?:prompt|instructions?)(?!\s+(?:for|on|about|to|how|again)))\b
    | (?:show|print|repeat|output)\b[^.\n]{{0,30}}\b(?:context\s+window|the\s+text\s+above|everything\s+above|words\s+above)
    | repeat\s+(?:the\s+text|everything|the\s+words|all)\s+above
    | print\s+(?:its|the|all)\s+instructions\b|what\s+were\s+you\s+told\s+before\b
    | (?:do\s+not|don't|never)\s+(?:tell|inform|mention\s+(?:this\s+)?to|show\s+(?:this\s+)?to)\s+the\s+(?:human|agent|rep|reviewer|team|user)\b
    | (?:reviewer|human|agent)\s+must\s+not\s+(?:see|know|notice)
    | (?:ai|artificial\s+intelligence|language\s+model|llm|chatbot|bot)s?\s+(?:assistants?\s+|models?\s+|agents?\s+)?(?:that\s+|which\s+|who\s+)?(?:reads?|reading|process\w*|handling|summari[sz]\w+)\b
    | if\s+you\s+are\s+(?:an?|the)\s+(?:ai|language\s+model|llm|bot|chatbot|assistant|machine|automat\w+)\b
    | (?:note|message|instructions?|attention)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:\w+\s+)?(?:ai|assistants?|bots?|language\s+models?|llms?|machine)\b
    | (?:whoever|whatever|system\s+that)\s+(?:processes|reads|answers)\s+this\b[^.\n]{{0,30}}\bautomatically
    | when(?:ever)?\s+(?:you\s+)?(?:answer|reply|respond|summari[sz]e|replying|answering|responding|summari[sz]ing)\w*[^.\n]{{0,40}}?\b(?:always\b|must\b
        |(?:include|add|append|insert|mention)\s+(?:the\s+(?:following|link|sentence|words?|code|voucher|text|url)|that\b|this\s+(?:link|code|text)))
    | your\s+(?:reply|answer|response|output)\s+(?:must|should|has\s+to|shall)\s+(?:only\s+)?(?:begin|start|end|contain|include|consist|say|state)\b
    | (?:answer|reply|respond)\s+(?:only|exclusively)\s+with\s+(?:the\s+\w+\s+)?["'‘“\w]|(?:answer|reply|respond)\s+with\s+the\s+word\b
    | (?:begin|start|end|finish|close)\s+your\s+(?:answer|reply|response|message)\s+with\b
    | (?:include|add|append|insert|put|write|render|show)\b[^.\n]{{0,60}}?\b(?:word\s+for\s+word\b|verbatim\b|(?:in|into|to)\s+your\s+(?:answer|reply|response|output)\b)
    | in\s+your\s+(?:answer|reply|response),?\s+(?:put|include|add|render|write|say|insert|append)\b
    | add\s+to\s+your\s+(?:answer|reply|response)\b|mark\s+(?:it|this|the\s+ticket)\s+as\s+(?:resolved|refunded|approved|solved)
    | ignore_previous|ignore_all|override_instructions
    | issue_refund\s{{0,3}}\(|needs_human\b
    | here\s+are\s+the\s+(?:real|new|actual)\s+(?:ones|instructions)
    | (?:admin|system|root)\s+override\b
"""
_MARKS = r"""
      (?:^|[.!?=\n]\s{0,3})new\s+(?:system\s+)?instructions?\s*:
    | ^[^\S\n]{0,20}(?:\#{2,}\s{0,3}|\[)?(?:system|assistant|developer)(?:\s{1,3}(?:prompt|message|override|note)(?:\s+to\s+the\s+\w+)?)?\s{0,3}[:\]](?:\s|$)
    | ^[^\S\n]{0,20}\#{2,}\s{0,3}system\s+prompt\b
    | ^[^\S\n]{0,20}system\s(?:update|notice|alert|command|instructions?|reboot)s?\s?:
    | "role"\s{0,3}:\s{0,3}"(?:system|assistant|developer)"
    | <\|?/?\s?(?:system|im_start|im_end|assistant|user|endoftext|developer|instructions?|tool(?:_call)?s?|customer|passages|guidance|prompt|conversation|context|document|function_calls?)\b[^>\n]{0,40}\|?>
    | \[/?(?:inst|system|sys)\]|<<sys>>|\[system\s+(?:message|note|prompt)\]
    | ={3,}\s{0,3}end\s+of\s+\w+
    | !\[[^\]\n]{0,80}\]\(\s?https?://[^)\s]{0,200}[?=]
"""
_BROADER = rf"""
      (?:the\s+rest\s+of\s+)?(?:your|all|these|those|the|any|previous|earlier)\s+(?:(?!my\b|our\b)\w+\s+){{0,2}}?(?:instructions?|briefing|guidelines?|prompt|directives?|rules?|restrictions?)\s+(?:no\s+longer\s+(?:apply|applies|count)|(?:do|does)\s+not\s+apply\s+(?:now|any\s*more)|(?:are|is|have\s+been|were|was)\s+(?:now\s+)?(?:suspended|lifted|void|revoked|disabled|deactivated|repealed|off))
    | (?:treat|consider|regard)\s+(?:everything|anything|all|this|my\s+(?:messages?|words?|text))\b[^.\n]{{0,50}}\bas\s+(?:coming\s+from|if\s+(?:it|they)\s+came\s+from|an?\s+(?:order|command|instruction)|orders|commands|instructions|trusted|your\s+(?:supervisor|developer|system))
    | you\s+(?:now\s+)?(?:work|answer)\s+(?:only\s+)?(?:for|to)\s+me\b|you\s+(?:must|will|shall)\s+obey\b|obey\s+(?:me|my|the\s+following)\b
    | i\s+(?:hereby\s+)?(?:instruct|command|order|authori[sz]e)\s+you\s+to\b|\bi\s+instruct\s+you\b
    | (?:ignoring|disregarding|forgetting|bypassing|overriding)\s+(?:all\s+)?(?:your|the|any|previous|prior)\s+(?:(?!my\b|our\b)\w+\s+){{0,3}}?{_RULES}\b
    | (?:drop|erase|clear|delete|reset|unlearn|throw\s+(?:out|away)|put\s+aside|leave\s+aside|get\s+rid\s+of|wipe)\s+(?:all\s+)?(?:your|previous|prior|earlier|the\s+(?:previous|prior|earlier|system))\s+(?:(?!my\b|our\b)\w+\s+){{0,2}}?(?:{_RULES}|memory)\b
    | forget\s+(?:that\s+)?you\s+(?:are|were)\s+(?:an?|the|only)\b|you\s+are\s+not\s+(?:really\s+)?an?\s+(?:\w+\s+)?(?:bot|assistant|ai|chatbot|machine)\b
    | (?:append|add|prefix|insert|prepend|attach)\b[^.\n]{{0,60}}?\bto\s+(?:whatever|everything|anything|all)\s+(?:that\s+)?you\s+(?:write|say|answer|send|reply)
    | your\s+(?:final\s+|next\s+|whole\s+|entire\s+)?(?:answer|reply|response|output)\s+(?:has\s+to|have\s+to|must|should|shall|will|is\s+to)\s+(?:be|read)\s+(?:the|only|just|exactly|nothing|a\s+single|["'‘“])
    | (?:answer|reply|respond|acknowledge|confirm)\s+(?:only\s+)?with\s+["'‘“]|write\s+your\s+(?:answer|reply|response)\s+as\b
    | (?:quote|copy|recite|describe|paste|what\s+is|what's|what\s+does|show|print|output|read\s+out)\s+(?:\w+\s+){{0,3}}?your\s+(?:system\s+message|system\s+prompt|configuration|hidden\s+\w+|internal\s+(?:notes|rules|instructions)|initial\s+\w+|prompt)\b
    | (?:output|print|show|reveal|give\s+me|send\s+me|list)\b[^.\n]{{0,50}}\b(?:hidden|internal|secret)\s+(?:notes?|instructions?|prompts?|rules?|messages?)\b
    | simulate\s+an?\s+(?:terminal|shell|console|linux|python)|\bfile\s+with\s+your\s+prompt
    | to\s+the\s+(?:language\s+model|ai|assistant|model|bot|machine|llm)\s+(?:that\s+is\s+)?(?:drafting|reading|writing|answering|processing|handling)
    | if\s+this\s+is\s+(?:being\s+)?(?:read|processed|parsed|answered)\s+by\s+(?:an?\s+)?(?:\w+\s+)?(?:model|ai|bot|machine|llm|program)
    | (?:dear|hey|hello|hi|attention)\s+(?:ai|llm|gpt|chatgpt|language\s+model|bot)\b
    | (?:bot|model|ai|gpt|llm|assistant)\s?:\s+(?:promise|approve|grant|refund|offer|give|say|tell|write|confirm|ignore|send|waive|add|include)\b
    | (?:do\s+not|don't|never)\s+(?:show|forward|reveal|mention|report|pass)\b[^.\n]{{0,40}}?\bto\s+(?:your|the|any)\s+(?:human|colleagues?|staff|team|supervisors?|reviewers?|superiors?)
    | (?:override|unlock|master|admin|activation)\s+code\s+[\w-]+\s?:|\bunlock\s+(?:the\s+|your\s+)?(?:admin|hidden|developer)\s+(?:functions?|features?|mode|access)|\bgrant\s+(?:me|yourself)\s+admin
    | (?:haz\s+como\s+si|actúa\s+como|finge\s+(?:que|ser)|compórtate\s+como|fais\s+comme\s+si|agis\s+comme|comporte-toi\s+comme|joue\s+le\s+rôle|tu\s+so,?\s+als|verhalte\s+dich\s+wie|spiele?\s+die\s+rolle|doe\s+alsof\s+je|gedraag\s+je\s+als|fai\s+finta|comportati\s+come|finja\s+(?:que|ser)|aja\s+como)\b
    | (?:negeer|vergeet)\s+(?:je|jouw|alle)\s+(?:\w+\s+)?opdracht\w*|(?:gib|zeige?|nenne?)\s+(?:mir\s+)?(?:deine|die)\s+(?:system\w*|internen|geheimen)\s*(?:anweisung\w*|notizen|prompt\w*)?|interne\s+notities
    | (?:montre|révèle|affiche)[rz]?\s+(?:moi\s+)?(?:tes|vos|les)\s+(?:instructions|consignes)|(?:muestra|revela|enseña)(?:me)?\s+(?:tus|sus|las)\s+(?:instrucciones|reglas)
"""
_OTHERS = r"""
      (?:ignorier(?:e|t|en\s+sie)|vergiss|vergesst|vergessen\s+sie|missachte\w*|überschreibe)\s+(?:(?!mein|unser)\w+\s+){0,4}?(?:anweisung\w*|regeln|vorgaben|instruktion\w*|richtlinien)
    | du\s+bist\s+(?:jetzt|nun|ab\s+sofort)\s+(?:ein|der|die|das|kein)
    | (?:ignore[zr]?|oublie[zr]?)\s+(?:(?!ma\b|mon\b|mes\b|notre\b)\w+\s+){0,3}?(?:instructions|consignes|règles|directives)
    | (?:tu\s+es|vous\s+êtes)\s+(?:maintenant|désormais)\s+(?:un|une|le|la)\b
    | (?:ignor[ae]|olvid[ae])\s+(?:(?!mi\b|mis\b)\w+\s+){0,3}?(?:instrucciones|reglas|normas|directrices|istruzioni|regole|instruções|regras)
    | (?:ahora\s+eres|agora\s+você\s+é|ora\s+sei)\s+(?:un|una|um|uma)\b
    | (?:dimentica|esqueça|esquece)\s+(?:(?!mi[ao]?\b|minha\b)\w+\s+){0,3}?(?:istruzioni|regole|instruções|regras)
    | (?:negeer|vergeet)\s+(?:(?!mijn\b|onze\b)\w+\s+){0,3}?(?:instructies|regels|richtlijnen|opdrachten)|je\s+bent\s+(?:nu|vanaf\s+nu)\s+een\b
    | (?:z?ignoruj|zapomnij)\s+(?:\w+\s+){0,3}?(?:instrukcj\w+|polece\w+|zasad\w*)
    | (?:ignorera|ignorer|glöm|glem)\s+(?:(?!min|mit)\w+\s+){0,3}?(?:instruktion\w*|regler\w*|anvisning\w*)
    | (?:про)?игнорируй\w*\s+(?:\w+\s+){0,3}?(?:инструкци\w*|указани\w*|правил\w*)|забудь\w*\s+(?:\w+\s+){0,3}?(?:инструкци\w*|правил\w*)
    | talimat\w{0,8}\s+(?:\w+\s+){0,2}?(?:yok\s+say|görmezden\s+gel|unut)|(?:تجاهل|انس)\s+(?:\w+\s+){0,3}?(?:التعليمات|الأوامر|القواعد|تعليمات)
"""
_IDEOGRAMS = r"""(?:忽略|无视|忘记).{0,12}(?:指令|指示|提示|说明|规则)|(?:以前|前|上記|これまで)の(?:指示|命令|ルール).{0,6}(?:無視|忘れ)|이전.{0,4}(?:지시|명령).{0,6}무시"""
ORDERS = re.compile(f"(?:(?<!\\w)(?:{_ENGLISH}|{_BROADER}|{_OTHERS})|{_MARKS}|{_IDEOGRAMS})", re.X | re.M)
"""An order, in text from `normal`. What begins with a word is looked for where a word begins: it is four times as quick."""

TRAITS: tuple[tuple[float, re.Pattern[str]], ...] = tuple(
    (weight, re.compile(pattern))
    for weight, pattern in (
        (1.0, r"\b(?:ai|a\.i\.|language model|model|llm|gpt|chatgpt|chatbots?|bots?|automated (?:agents?|assistants?|systems?)|artificial intelligence"
              r"|neural|machine learning|virtual (?:agent|assistant)|ki|künstliche intelligenz|ia|sprachmodell)\b"),
        (1.0, r"\b(?:rules?|instructions?|guidelines?|polic(?:y|ies)|prompts?|restrictions?|limits?|limitations?|briefing|manual|programming|safeguards?"
              r"|constraints?|safety|filters?|checks?|profile|persona|training|regeln|anweisungen|instrucciones|consignes|regels|istruzioni|regras)\b"),
        (1.0, r"\b(?:ignor\w*|disregard\w*|forget|bypass\w*|skip|reset|break|drop|overrid\w*|remov\w*|lift\w*|disabl\w*|suspend\w*|replaced|no longer|never mind"
              r"|turn(?:ed)? off|switch(?:ed)? off|set aside|stop (?:following|using)|without (?:any )?(?:limits?|rules?|restrictions?)|= ?off)\b"),
        (1.5, r"\b(?:your|the|every) (?:reply|answer|response|output|message|draft)\b.{0,30}\b(?:must|should|has to|contain\w*|begin\w*|start\w*|end\w*|say\w*|nothing else|exactly)\b"
              r"|\b(?:begin|start|end|open|close) (?:your|the) (?:reply|answer|response|message|draft)\b|\bnothing else\b|\b(?:just|only|simply) (?:write|say|reply|answer|output)\b"
              r"|\b(?:write|say|reply|respond|answer) ['\"‘“]|\balways (?:say|answer|reply|respond) (?:yes|with)\b"),
        (0.5, r"\b(?:approve|grant|authori[sz]e|unlock|waive|confirm)\w*\b|\b(?:refund|voucher|discount|credit|compensation|free)\b"),
        (0.5, r"\b(?:everything|anything|all|any|every)\b"),
        (1.5, r"\byou were (?:given|told|trained|programmed|instructed)\b|\btold you how to\b|\byour (?:developers?|creators?|programmers?|makers?|operators?|training|programming)\b"
              r"|\breset yourself\b|\bwhich rules you\b|\bhow you (?:were|are) (?:programmed|configured|instructed|prompted)\b"),
        (1.0, r"\b(?:administrator|admin|root|superuser|developer|evaluation team|test(?:ing)? team|red team|security team|debug\w*|sudo)\b"),
        (1.0, r"\b(?:exact wording|word for word|verbatim|as they are written|in full text)\b"),
    )
)  # fmt: skip
"""What sets orders to a machine apart, each with what it counts: a governed thing, suspending it, who is addressed, what is to be said."""
