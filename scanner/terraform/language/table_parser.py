"""Parses with the tables of ``hcl_tables`` as Lark does, with Lark's own classes.

Lark makes all of a parser before it parses. Here a part of it is made when the parser first comes to it: a row of the
table, a rule, what makes a tree of a rule, an expression of all tokens that may follow. Most texts need few of each.

The classes are inner ones of Lark, so this is for the version that the tables name, and no other.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from copy import copy
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from lark.common import LexerConf
from lark.grammar import NonTerminal, Rule, RuleOptions, Symbol, Terminal
from lark.lexer import BasicLexer, ContextualLexer, LexerThread, TerminalDef, Token
from lark.parse_tree_builder import ParseTreeBuilder
from lark.parser_frontends import PostLexConnector
from lark.parsers.lalr_analysis import IntParseTable, Reduce, Shift
from lark.parsers.lalr_parser import _Parser
from lark.tree import Tree

from scanner.terraform.language.hcl_tables import Header, Tables

Parse = Callable[[str], "Tree[Token]"]
States = dict[int, dict[str, tuple[Any, Any]]]


def table_parser(tables: Tables, package: Path) -> Parse:
    """What ``Lark(parser="lalr", propagate_positions=True, postlex=…)`` does with a text.

    The lexer behind Lark's is that of python-hcl2, which is in the directory ``package``.
    """
    states = states_of(*tables)
    table: Any = IntParseTable  # Lark says nothing of its types
    connector: Any = PostLexConnector
    header, behind = tables.header, _post_lexer(package)
    parser = _Parser(table(states, {"start": header["start"]}, {"start": header["end"]}), _Callbacks())
    lexer = connector(_Lexer(header, states, behind.always_accept), behind)

    def parse(text: str) -> Tree[Token]:
        tree: Tree[Token] = parser.parse(LexerThread.from_text(lexer, text), "start")
        return tree

    return parse


def states_of(header: Header, rows: array[int]) -> States:
    """The rows of the table: what to do in a state, by the next symbol."""
    return _States(header, rows)


def _post_lexer(package: Path) -> Any:
    """A file that needs no other, so it is imported without the package, which takes as long as Lark itself."""
    loader = SourceFileLoader("hcl2.postlexer", str(package / "postlexer.py"))
    spec = spec_from_loader(loader.name, loader)
    if spec is None:
        raise ImportError(name=loader.name)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module.PostLexer()


class _States(dict[int, dict[str, tuple[Any, Any]]]):
    """The rows of the table: what to do in a state, by the next symbol."""

    def __init__(self, header: Header, rows: array[int]) -> None:
        super().__init__()
        self._symbols = header["symbols"]
        self._reduce = header["reduce"]
        self._rows = rows
        self._bounds = [*pairwise(accumulate(header["sizes"], initial=0))]
        self._rules = _Rules(header["rules"])

    def __missing__(self, state: int) -> dict[str, tuple[Any, Any]]:
        start, end = self._bounds[state]
        row = self._rows[2 * start : 2 * end]
        self[state] = made = {
            self._symbols[symbol]: (Shift, target)
            if target < self._reduce
            else (Reduce, self._rules[target - self._reduce])
            for symbol, target in zip(row[::2], row[1::2], strict=True)
        }
        return made


class _Rules(dict[int, Rule]):
    def __init__(self, written: list[list[Any]]) -> None:
        super().__init__()
        self._written = written

    def __missing__(self, number: int) -> Rule:
        origin, symbols, order, alias, options = self._written[number]
        expansion: list[Symbol] = [NonTerminal(one) if isinstance(one, str) else Terminal(*one) for one in symbols]
        indices = tuple(options["empty_indices"])
        made = Rule(NonTerminal(origin), expansion, order, alias, RuleOptions(**options | {"empty_indices": indices}))
        self[number] = made
        return made


class _Callbacks(dict[Any, Any]):
    """What makes a tree of each rule."""

    def __missing__(self, rule: Rule) -> Any:
        builder: Any = ParseTreeBuilder
        self[rule] = made = builder([rule], Tree, True, False, True).create_callback()[rule]
        return made

    def __bool__(self) -> bool:
        return True  # Lark asks whether there are any


class _Lexer(ContextualLexer):
    """In each state a lexer of the tokens that may follow."""

    def __init__(self, header: Header, states: States, always_accept: Iterable[str]) -> None:
        terminals = [TerminalDef.deserialize(one, {}) for one in header["terminals"]]
        conf = LexerConf(terminals, re, header["ignore"], skip_validation=True)
        self.root_lexer = BasicLexer(copy(conf))
        self.lexers = _Lexers(conf, states, frozenset(always_accept) | frozenset(header["ignore"]))


class _Lexers(dict[int, Any]):
    def __init__(self, conf: LexerConf, states: States, always: frozenset[str]) -> None:
        super().__init__()
        self._conf = conf
        self._states = states
        self._always = always
        self._made: dict[frozenset[str], BasicLexer] = {}

    def __missing__(self, state: int) -> BasicLexer:
        accepted = self._always.union(self._states[state])
        if accepted not in self._made:
            conf = copy(self._conf)
            conf.terminals = [one for one in self._conf.terminals if one.name in accepted]
            self._made[accepted] = BasicLexer(conf)
        self[state] = found = self._made[accepted]
        return found
