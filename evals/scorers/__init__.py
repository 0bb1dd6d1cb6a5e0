"""How an answer is judged, one module each.

To add one, write a module here with the constant SCORER = Scorer(name, title, judge). `judge` takes the case and the
proposal and gives a Score, or None where it does not apply: to a draft that abstained most do not, because
`escalation` says whether it should have. It is deterministic and takes a few ms. What it raises makes the case one that
could not be scored, which never passes.

Which of them gate is a choice about evidence. A score gates where a failure is a fact about this very answer that
somebody can check against what the team wrote down: a fact that is missing, a claim that must not be made, a source
that is not cited, an answer instead of an escalation, a finding that keeps the draft from being sent. It only informs
where it estimates (tone by word lists, completeness by likeness to one reference of many good ones, length), or where
the customer would not notice (the intent, unless the case was kept because of it).
"""
