"""Composition: the only package that names concrete classes. Everything is made here, in functions, and passed on.

`parts` makes what answers questions, `slack` and `teams` what connects it to each platform, `chat` joins the two, and
`running` is the whole product.
"""
