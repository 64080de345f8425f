"""The date grammar: rules from ``knowledge/dates`` compiled to regular expressions over lexemes.

A rule's pattern is a sequence of atoms::

    wd=WEEKDAY ,? the? d=DAY|DAYTH of? {month} y=YEAR

A name in capitals is a class of ``terms.yaml`` (``A|B`` either, ``A&!B`` the one without the
other), any other word or sign stands for itself, ``name=`` binds what it meets for the
normaliser, ``( a | b )`` groups, ``?`` makes optional, ``{macro}`` is replaced from ``macros``.
Digits at the end of a bound name are dropped, so that alternatives may bind the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.components.dates.lexer import Lexemes, Vocabulary, is_class
from pipeline.resources import KNOWLEDGE, KnowledgeError, document

FOLDER = KNOWLEDGE / "dates"
#: Normaliser of negative rules: what they match is no date.
NOTHING = "none"
_TOKEN = re.compile(r"\{\w+\}|[()?]|\|(?=\s)|[a-z]\w*=[A-Z][\w|&!]*|[A-Z][\w|&!]*|[^\s()?{}]+")
#: Fields about the lexemes beside a match, each a list of atoms or of short sequences of atoms.
_AROUND = {"after": "(?<=%s)", "not_after": "(?<!%s)", "before": "(?=%s)", "not_before": "(?!%s)"}
_FIELDS = {"rule", "pattern", "value", "with", "when", "examples", *_AROUND}


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the date expression in it (empty where there is none), and its value."""

    text: str
    span: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its normaliser with constants, what its atoms must bind, its compiled pattern."""

    name: str
    normaliser: str
    constants: dict[str, Any]
    conditions: dict[str, Any]
    regex: re.Pattern[str]
    openings: frozenset[str]
    atoms: dict[str, str]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fits the lexemes ``first`` to ``last`` (exclusive), and what its atoms bind."""

    rule: Rule
    first: int
    last: int
    parts: dict[str, Any]

    @property
    def meets_conditions(self) -> bool:
        """Whether the parts have the values that the rule asks for."""
        return all(self.parts.get(name) == v for name, v in self.rule.conditions.items())

    @property
    def is_dated(self) -> bool:
        """Whether it names two of day, month and year, so that nothing else can be meant."""
        return self.last - self.first > 1 or "date" in self.parts


class Grammar:
    """All rules, ready to run.

    Parameters
    ----------
    vocabulary : Vocabulary
        The lexemes that the rules are about.
    rules : list of Rule
        In order of precedence among those that match equally far.
    """

    def __init__(self, vocabulary: Vocabulary, rules: list[Rule]) -> None:
        self.vocabulary = vocabulary
        self.rules = rules
        self._by_code: dict[str, list[Rule]] = {}
        for rule in rules:
            for code in rule.openings:
                self._by_code.setdefault(code, []).append(rule)
        self._starter = re.compile(f"[{''.join(sorted(self._by_code))}]")

    def matches(self, lexemes: Lexemes, position: int) -> tuple[int, list[Match]]:
        """The next position where any rule fits, with all that fit there, longest first.

        Returns
        -------
        (int, list of Match)
            The list is empty where no rule fits from ``position`` on.
        """
        codes = lexemes.codes
        while start := self._starter.search(codes, position):
            position = start.start()
            found = [
                (rule, match)
                for rule in self._by_code[codes[position]]
                if (match := rule.regex.match(codes, position))
            ]
            found.sort(key=lambda pair: -pair[1].end())  # stable: file order breaks ties
            matches = [self._match(lexemes, *pair) for pair in found]
            if fitting := [match for match in matches if match.meets_conditions]:
                return position, fitting
            position += 1
        return len(codes), []

    def _match(self, lexemes: Lexemes, rule: Rule, match: re.Match[str]) -> Match:
        parts = dict(rule.constants)
        for name, group in rule.regex.groupindex.items():
            if match.start(group) >= 0:
                word = lexemes.word(match.start(group))
                parts[name.rstrip("0123456789")] = self.vocabulary.value(rule.atoms[name], word)
        return Match(rule, match.start(), match.end(), parts)


def load(folder: Path = FOLDER, normalisers: Collection[str] = ()) -> Grammar:
    """Read ``terms.yaml`` and ``rules.yaml``.

    Parameters
    ----------
    folder : path
        Where the two files lie.
    normalisers : collection of str
        The names that ``value`` of a rule may have; empty: any.

    Raises
    ------
    KnowledgeError
        Names file, rule and field of what is wrong.
    """
    path = folder / "rules.yaml"
    source = document("rules.yaml", folder)
    macros = source.get("macros", {}) if isinstance(source, dict) else {}
    entries = source.get("rules") if isinstance(source, dict) else None
    if not isinstance(entries, list):
        raise KnowledgeError(path, "rules", "a list is expected")
    for number, entry in enumerate(entries, start=1):
        _check(path, entry, number, normalisers)
    tokens = [_tokens(entry["pattern"], macros, path, entry["rule"]) for entry in entries]
    around = [atom for entry in entries for side in _AROUND for atom in entry.get(side, ())]
    literals = {word for row in tokens for token in row for word in _literals(token)}
    literals |= {atom for atoms in around for atom in atoms.split() if not is_class(atom)}
    vocabulary = Vocabulary(document("terms.yaml", folder), literals, folder / "terms.yaml")
    rules = [
        _rule(entry, row, vocabulary, path) for entry, row in zip(entries, tokens, strict=True)
    ]
    return Grammar(vocabulary, rules)


def _check(path: Path, entry: Any, number: int, normalisers: Collection[str]) -> None:
    name = entry.get("rule", f"number {number}") if isinstance(entry, dict) else f"number {number}"
    if not isinstance(entry, dict) or not {"rule", "pattern", "value", "examples"} <= set(entry):
        raise KnowledgeError(path, f"rule {name}", "expected rule, pattern, value and examples")
    if unknown := set(entry) - _FIELDS:
        raise KnowledgeError(path, f"rule {name}", f"unknown field {', '.join(sorted(unknown))}")
    if normalisers and entry["value"] not in {NOTHING, *normalisers}:
        raise KnowledgeError(path, f"rule {name}", f"value: no normaliser {entry['value']}")
    for example in entry["examples"]:
        if not isinstance(example, list) or [type(cell) for cell in example] != [str] * 3:
            raise KnowledgeError(path, f"rule {name}", f"examples: {example!r} is no three texts")


def _tokens(
    pattern: str, macros: dict[str, str], path: Path, rule: str, depth: int = 0
) -> list[str]:
    tokens = []
    for token in _TOKEN.findall(pattern):
        if token.startswith("{"):
            if token[1:-1] not in macros or depth > 5:
                raise KnowledgeError(path, f"rule {rule}", f"pattern: no macro {token}")
            tokens += ["(", *_tokens(macros[token[1:-1]], macros, path, rule, depth + 1), ")"]
        else:
            tokens.append(token)
    return tokens


def _literals(token: str) -> list[str]:
    """The plain words among the branches of an atom."""
    if token in ("(", ")", "?", "|"):
        return []
    atom = token.rpartition("=")[2] if "=" in token[1:] else token
    return [branch for branch in atom.split("|") if not is_class(branch)]


def _rule(entry: dict[str, Any], tokens: list[str], vocabulary: Vocabulary, path: Path) -> Rule:
    atoms: dict[str, str] = {}

    def charset(atom: str) -> str:
        try:
            return vocabulary.codes(atom)
        except KeyError as error:
            where = f"rule {entry['rule']}"
            raise KnowledgeError(path, where, f"no class {error.args[0]}") from None

    def sequence(position: int) -> tuple[str, set[str], bool, int]:
        """Compile up to ``)``: regular expression, first codes, whether it may be empty, where."""
        branches: list[str] = [""]
        first: set[str] = set()
        empty, any_empty = True, False
        while position < len(tokens) and tokens[position] != ")":
            token = tokens[position]
            position += 1
            if token == "|":
                branches.append("")
                any_empty, empty = any_empty or empty, True
                continue
            if token == "(":
                regex, begins, skippable, position = sequence(position)
                regex, position = f"(?:{regex})", position + 1
            else:
                name, _, atom = token.rpartition("=") if "=" in token[1:] else ("", "", token)
                regex, skippable = f"[{charset(atom)}]", False
                begins = set(charset(atom))
                if name:
                    while name in atoms:
                        name += "0"
                    atoms[name] = atom
                    regex = f"(?P<{name}>{regex})"
            if position < len(tokens) and tokens[position] == "?":
                regex, skippable, position = regex + "?", True, position + 1
            branches[-1] += regex
            if empty:
                first |= begins
            empty = empty and skippable
        return "|".join(branches), first, empty or any_empty, position

    regex, first, empty, _ = sequence(0)
    if empty:
        raise KnowledgeError(path, f"rule {entry['rule']}", "pattern: it matches nothing at all")

    def beside(side: str) -> str:
        """The look-around of one side: any one of its sequences, or none of them."""
        sequences = [
            _AROUND[side] % "".join(f"[{charset(atom)}]" for atom in atoms.split())
            for atoms in entry.get(side, ())
        ]
        if side.startswith("not_") or not sequences:
            return "".join(sequences)
        return f"(?:{'|'.join(sequences)})"

    left, right = beside("after") + beside("not_after"), beside("not_before") + beside("before")
    regex = f"{left}(?:{regex}){right}"
    examples = tuple(Example(*cells) for cells in entry["examples"])
    constants, conditions = dict(entry.get("with", {})), dict(entry.get("when", {}))
    names = entry["rule"], entry["value"]
    compiled = re.compile(regex)
    return Rule(*names, constants, conditions, compiled, frozenset(first), atoms, examples)
