"""The weekly sample that people score: which answers are drawn, who scores what, and what the scores tell."""
