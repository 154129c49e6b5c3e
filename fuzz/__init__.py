"""Inputs that nobody has thought of: each is read, and what must hold of any input is looked at.

``targets`` says what reads an input and what has to agree about it, ``oracles`` what has to hold whatever it is,
``mutation`` makes inputs of ``seeds``. ``run`` tries a number of them that follows from a seed, ``guided`` goes where
Atheris finds code that none has reached, ``campaign`` does that for all targets in turn. docs/trust.md has the figures.
"""
