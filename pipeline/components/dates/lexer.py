"""Text to lexemes: the tokens of the date grammar, each with the set of classes it belongs to.

The grammar has its own fine tokens, so that it reads the same whether a pipeline's tokenizer keeps
``2026-03-22`` and ``14–16`` whole or cuts them up. Every distinct set of classes has one character;
an article becomes a string of such characters, on which the rules run as regular expressions.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.resources import KnowledgeError

#: Class of a line end that ends a paragraph; the grammar never reads across it.
BREAK = "BREAK"
#: Classes of words that no term table holds, in small letters and with a capital.
OTHER, NAME = "OTHER", "NAME"
_FIRST_CODE = 0xE000  # private use area: no character of it means anything to ``re``
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Lexemes:
    """One article cut up: ``codes`` has a character a lexeme, ``starts`` and ``ends`` its offsets.

    The first and the last lexeme are empty paragraph breaks, so that every rule may look around.
    """

    text: str
    codes: str
    starts: list[int]
    ends: list[int]

    def word(self, index: int) -> str:
        """The lexeme as written."""
        return self.text[self.starts[index] : self.ends[index]]


@dataclass(frozen=True, slots=True)
class Form:
    """A class of lexemes known by their form, whose first number must lie within bounds.

    ``initials`` are the letters that open one whose form begins with a table (``{MONTH}``).
    """

    name: str
    regex: re.Pattern[str]
    low: int | None
    high: int | None
    examples: tuple[str, ...]
    initials: frozenset[str] = frozenset()

    def fits(self, word: str) -> bool:
        """Whether the lexeme has this form."""
        if not self.regex.fullmatch(word):
            return False
        return self.low is None or self.high is None or self.low <= number(word) <= self.high


def number(word: str) -> int:
    """The first number in a lexeme (22 of ``22nd``), 0 where there is none."""
    found = re.search(r"[0-9]+", word)
    return int(found.group()) if found else 0


def is_class(branch: str) -> bool:
    """Whether a branch of an atom is a class (``MONTH&!SHAKY``), not a plain word."""
    return branch.replace("&", "").replace("!", "").isupper()


class Vocabulary:
    """The terms and forms of the grammar, and the code of each set of classes.

    Parameters
    ----------
    source : mapping
        The document of ``terms.yaml``.
    literals : iterable of str
        The plain words and signs that rules name; each is a class of its own (``=of``).
    file : path
        Where the source was read from, for messages.

    Raises
    ------
    KnowledgeError
        A table is not of the documented shape, or an example does not fit its form.
    """

    def __init__(
        self, source: Any, literals: Iterable[str], file: Path | str = "terms.yaml"
    ) -> None:
        self._file = file
        self._values: dict[str, dict[str, Any]] = {}
        classes: dict[str, set[str]] = {}
        for name, entry in self._section(source, "terms").items():
            self._add_terms(classes, name, entry)
        compounds = self._section(source, "compounds")
        self._add_compounds(classes, compounds)
        for word in sorted(set(literals)):
            for written in {word, word.capitalize(), word.upper()}:
                classes.setdefault(written, set()).add("=" + word)
        forms = self._section(source, "forms")
        self._forms = {name: self._form(name, entry) for name, entry in forms.items()}
        self._codes: dict[frozenset[str], str] = {}
        self._words = {word: self._code(names) for word, names in sorted(classes.items())}
        for word in self._samples():
            self._code(self._form_classes(word))
        self._break = self._code({BREAK})
        self._other, self._name = self._code({OTHER}), self._code({NAME})
        self._lexeme = self._compile(compounds)
        self._form_code = functools.lru_cache(maxsize=4096)(self._classify)

    def lex(self, text: str) -> Lexemes:
        """Cut a text into lexemes."""
        codes, starts, ends = [self._break], [0], [0]
        words, form_code = self._words, self._form_code
        other, name = self._other, self._name
        for found in self._lexeme.finditer(text):
            word = found.group()
            code = words.get(word)
            if code is None:
                if word[0] in _DIGITS or word[-1] in _DIGITS or word[0] in "'’‘":
                    code = form_code(word)
                elif word[0] == "\n":
                    code = self._break
                else:
                    code = name if word[0].isupper() else other
            codes.append(code)
            start = found.start()
            starts.append(start)
            ends.append(start + len(word))
        codes.append(self._break)
        starts.append(len(text))
        ends.append(len(text))
        return Lexemes(text, "".join(codes), starts, ends)

    def codes(self, atom: str) -> str:
        """The codes of the lexemes that an atom of a rule takes: ``DAY|DAYTH``, ``MONTH&!SHAKY``.

        Raises
        ------
        KeyError
            No term or form has the classes of one of its branches.
        """
        chars: set[str] = set()
        for branch in atom.split("|"):
            names = branch.split("&") if is_class(branch) else ["=" + branch]
            needed = {name for name in names if not name.startswith("!")}
            barred = {name[1:] for name in names if name.startswith("!")}
            hits = {
                code
                for classes, code in self._codes.items()
                if needed <= classes and not barred & classes
            }
            if not hits:
                raise KeyError(branch)
            chars |= hits
        return "".join(sorted(chars))

    def value(self, atom: str, word: str) -> Any:
        """What a lexeme bound by ``atom`` means: its value in a table, its number, or itself."""
        for name in re.findall(r"(?<!!)\b[A-Z][A-Z0-9]*\b", atom):
            if word.lower() in self._values.get(name, ()):
                return self._values[name][word.lower()]
            if name in self._forms and self._forms[name].fits(word):
                form = self._forms[name]
                return word if form.low is None else number(word)
        return word.lower()

    def _code(self, names: Iterable[str]) -> str:
        key = frozenset(names)
        return self._codes.setdefault(key, chr(_FIRST_CODE + len(self._codes)))

    def _section(self, source: Any, name: str) -> dict[str, Any]:
        section = source.get(name) if isinstance(source, dict) else None
        if not isinstance(section, dict):
            raise KnowledgeError(self._file, name, "a mapping is expected")
        return section

    def _add_terms(self, classes: dict[str, set[str]], name: str, entry: Any) -> None:
        words = entry.get("words") if isinstance(entry, dict) else None
        if not isinstance(words, list | dict) or set(entry) - {"words", "capital"}:
            raise KnowledgeError(self._file, f"terms: {name}", "expected words (and capital)")
        capital = entry.get("capital", [])
        for word in words:
            if not isinstance(word, str):
                problem = f"{word!r} is no word; put it in quotes"
                raise KnowledgeError(self._file, f"terms: {name}", problem)
            plain = () if word in capital or capital == "all" else (word,)
            for written in {*plain, word.capitalize(), word.upper()}:
                classes.setdefault(written, set()).add(name)
        if isinstance(words, dict):
            self._values[name] = dict(words)

    def _add_compounds(self, classes: dict[str, set[str]], compounds: dict[str, Any]) -> None:
        for name in ("NUMBER", "ORDINAL"):
            for tens, ten in compounds["tens"].items():
                for unit, value in compounds[name].items():
                    for word in (f"{tens}-{unit}", f"{tens} {unit}"):
                        self._values[name][word] = ten + value
                        for written in (word, word.capitalize()):
                            classes.setdefault(written, set()).add(name)

    def _form(self, name: str, entry: Any) -> Form:
        if not isinstance(entry, dict) or set(entry) - {"regex", "min", "max", "examples"}:
            problem = "expected regex (and min, max, examples)"
            raise KnowledgeError(self._file, f"forms: {name}", problem)
        try:
            regex = re.compile(re.sub(r"\{([A-Z]+)\}", self._any_of, entry["regex"]))
        except (re.error, KeyError) as error:
            raise KnowledgeError(self._file, f"forms: {name}", f"regex: {error}") from None
        examples = tuple(entry.get("examples", ()))
        opening = re.match(r"\{([A-Z]+)\}", entry["regex"])
        words = self._values[opening[1]] if opening else ()
        initials = frozenset(word[0].upper() for word in words)
        form = Form(name, regex, entry.get("min"), entry.get("max"), examples, initials)
        for example in examples:
            if not form.fits(example):
                raise KnowledgeError(self._file, f"forms: {name}", f"{example!r} does not fit")
        return form

    def _any_of(self, term: re.Match[str]) -> str:
        """``{MONTH}`` in a form: the words of that table, in any case."""
        words = sorted(self._values[term[1]], key=lambda word: (-len(word), word))
        return f"(?i:{'|'.join(words)})"

    def _samples(self) -> list[str]:
        """Lexemes that between them have every set of forms there is."""
        edges = {
            edge + step
            for form in self._forms.values()
            if form.low is not None and form.high is not None
            for edge in (form.low, form.high)
            for step in (-1, 0, 1)
        }
        numbers = sorted({*range(101), *edges, *range(100, 10000, 50)})
        plain = [str(n) for n in numbers if n >= 0] + [f"{n:02d}" for n in range(10)]
        ordinals = [f"{n}th" for n in range(100)]
        return plain + ordinals + [e for form in self._forms.values() for e in form.examples]

    def _form_classes(self, word: str) -> set[str]:
        return {name for name, form in self._forms.items() if form.fits(word)}

    def _classify(self, word: str) -> str:
        return self._codes.get(frozenset(self._form_classes(word)), self._other)

    def _compile(self, compounds: dict[str, Any]) -> re.Pattern[str]:
        signs = [form for form in self._forms.values() if form.low is None]
        written = [form.regex.pattern for form in signs if not form.initials]
        lettered = [form.regex.pattern for form in signs if form.initials]
        initials = "".join(sorted({initial for form in signs for initial in form.initials}))
        decades = [
            self._forms[name].regex.pattern for name in ("DECADE", "OLDDECADE", "DECADE2", "YYAPOS")
        ]
        tens, units = "|".join(compounds["tens"]), [*compounds["NUMBER"], *compounds["ORDINAL"]]
        kept = "|".join(
            [
                word
                for name in ("MODIFIER", "PART", "MONTH", "WEEKDAY")
                for word in self._values[name]
            ]
        )
        return re.compile(
            r"\n\s*\n\s*|\n(?![a-z0-9(])"  # a paragraph ends; a line broken in its middle does not
            rf"|(?=[0-9'’‘F])(?<![\w./:])(?:{'|'.join(written + decades)})(?![\w/]|[.:,-][0-9])"
            rf"|(?=[{initials}])\b(?:{'|'.join(lettered)})(?![\w/]|[.:,-][0-9])"
            rf"|(?=[tfsenTFSEN])\b(?i:(?:{tens})[- ](?:{'|'.join(units)}))\b"
            rf"|(?!(?i:{kept})-)[A-Za-z]+-[0-9]\w*"  # F-15, COVID-19
            r"|\w+|['’]s\b|[^\w\s]"
        )
