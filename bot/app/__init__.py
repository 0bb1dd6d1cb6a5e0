"""Composition: the only package that names concrete classes. Everything is made here, in functions, and passed on.

`parts` makes what answers questions, `slack` what connects it to a workspace, `running` the whole product.
"""
