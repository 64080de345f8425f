"""Find for every word of every rule a sentence in which the rule fires on it.

    python scripts/rule_words.py                # for the words that have none, or one that fails
    python scripts/rule_words.py RULE…          # for the words of some rules, anew

Sentences are made from the frame of the rule (who stands where), its conditions and the word; the
first one that is read as it should be is kept in ``tests/data/events/words.csv``. Words that have
no sentence, there or among the examples of their rule, are named: write one into the table by hand,
or find out which other rule is always before theirs. ``untried_words.tsv`` beside the table lists
those that never had one; it should only shrink.
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.components.events.rules import FOLDER, Frame, Rule, Rulebook, load_rules
from pipeline.language import load
from pipeline.resources import table

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tests" / "data" / "events" / "words.csv"
COLUMNS = ("rule", "kind", "word", "trigger", "text")
TRIED = 40
"""Sentences tried for a word, the likeliest first."""
VOWELS = "aeiou"
UNSTRESSED = ("offer", "suffer", "differ", "visit", "limit", "profit")
"""Verbs that look as if they doubled their last consonant, and do not."""
FILLERS = {
    "actor": ("Chad", "Chad's minister"),
    "GPE": ("Chad",),
    "NORP": ("Chadian troops",),
    "PERSON": ("Ann Lee",),
    "ORG": ("NATO",),
    "LOC": ("the Gulf of Guinea",),
    "LEG": ("Chad's parliament",),
    "agreement": ("the defence cooperation agreement", "the peace treaty"),
    "any": ("the plan", "Chad", "talks"),
}
"""What may stand in a slot for a test that is neither a word nor a class."""
VERBAL = ("{who} {past} {rest} on Monday", "{who} {past} {rest}", "{who} is {gerund} {rest}")
PASSIVE = (
    "Chad was {past} {particle} by Norway on Monday",
    "Chad's minister was {past} {particle} in Oslo on Monday",
    "The agreement was {past} {particle} by Norway and Chad",
)
BY_FACTUALITY = {
    "planned": "{who} will {lemma} {rest} on Monday",
    "negated": "{who} did not {lemma} {rest}",
    "refused": "{who} will not {lemma} {rest}",
    "present": "{who} {present} {rest}",
}
TOGETHER = (
    "The {noun} between Norway and Chad began on Monday",
    "Norway and Chad held {a}{noun} on Monday",
    "Norway held {a}{noun} with Chad on Monday",
)
DIRECTED = (
    "Norway's {noun} {target} began on Monday",
    "Norway announced its {noun} {target}",
    "Norway carried out {a}{noun} {target} on Monday",
    "Norway issued {a}{noun} {target} on Monday",
    "Norway made {a}{noun} {target} on Monday",
    "Norway gave Chad {a}{noun} on Monday",
    "The {noun} {target} by Norway ended on Monday",
)
CARRIED = (
    "Norway {past} {a}{noun} on Monday",
    "Norway {past} the {noun}",
    "Norway {past} Chad's {noun}",
)
ADJECTIVAL = (
    "Norway is {word} to Chad for its help",
    "Norway is {word} for Chad's help",
    "Norway said {subject} was {word}",
    "The {word} {head} between Norway and Chad was studied on Monday",
)
Sentence = tuple[str, str]
"""A text and the form of the word in it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A trigger word of a rule, as the rule's file has it."""

    rule: Rule
    frame: Frame
    kind: str
    phrase: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule.id, self.kind, self.phrase


def words(book: Rulebook) -> Iterator[Word]:
    """Yield every trigger word of a rule book, in the order of its files."""
    for rule in book.rules.values():
        kinds = (("verb", rule.verbs), ("noun", rule.nouns), ("adjective", rule.adjectives))
        for kind, phrases in kinds:
            for phrase in dict.fromkeys(phrases):
                yield Word(rule, book.frames[rule.frame], kind, phrase)


def irregular_forms() -> dict[str, list[str]]:
    """Return the irregular forms of each lemma."""
    found: dict[str, list[str]] = {}
    for row in table("irregular.csv", ("form", "lemma"), FOLDER):
        found.setdefault(row["lemma"], []).append(row["form"])
    return found


def past_forms(verb: str, irregular: dict[str, list[str]]) -> list[str]:
    """Return what may be the past tense of a verb, the likeliest first."""
    known = [form for form in irregular.get(verb, []) if not form.endswith(("ing", "s"))]
    known.sort(key=lambda form: form.endswith(("n", "ne", "um", "ung", "unk")))
    if verb.endswith("e"):
        return [*known, verb + "d"]
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return [*known, verb[:-1] + "ied"]
    regular = [verb + "ed"]
    if verb[-1] not in VOWELS + "wxy" and verb[-2:-1] in tuple(VOWELS):
        short = sum(letter in VOWELS for letter in verb) == 1
        stressed = short or (verb.endswith(("mit", "fer", "pel")) and verb not in UNSTRESSED)
        regular.insert(0 if stressed else 1, verb + verb[-1] + "ed")
    return [*known, *regular]


def plural(noun: str) -> str:
    """Return the plural of a noun, which is the present tense of a verb, too."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in VOWELS else noun + "s"


def gerund(verb: str) -> str:
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"


def has_example(word: Word, irregular: dict[str, list[str]]) -> bool:
    """Whether an example of the rule itself has the word as its trigger."""
    lemma = word.phrase.split()[-1 if word.kind == "noun" else 0]
    forms = {lemma, plural(lemma), gerund(lemma), *past_forms(lemma, irregular)}
    return any(example.trigger.lower() in forms for example in word.rule.examples)


class Sentences:
    """Makes sentences for the words of a rule book."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.irregular = irregular_forms()

    def of(self, word: Word) -> Iterator[Sentence]:
        """Yield sentences for a word, the likeliest first, none twice."""
        made = {"verb": self._verb, "noun": self._noun, "adjective": self._adjective}[word.kind]
        seen = set()
        for text, trigger in made(word):
            first, chad, rest = " ".join(text.split()).partition("Chad")
            text = first + chad + rest.replace("Chad", "Niger") + "."
            text = text[0].upper() + text[1:]
            if text not in seen:
                seen.add(text)
                yield text, trigger

    def _fillers(self, word: Word, slot: str) -> list[str]:
        """Return phrases that fulfil the condition of a rule on a slot, the first of each test."""
        found: list[Iterable[str]] = []
        for test in word.rule.when.get(slot, ()):
            if test.startswith("$"):
                plain = (w for w in sorted(self.book.classes[test[1:]]) if w.isalpha())
                found.append([f"the {noun}" for noun in itertools.islice(plain, 4)])
            elif test in FILLERS:
                found.append(FILLERS[test])
            elif test != "none":
                found.append((f"the {test}", plural(test), test))
        return [one for group in itertools.zip_longest(*found) for one in group if one]

    def _bare(self, word: Word, *slots: str) -> list[str]:
        return [text.removeprefix("the ") for slot in slots for text in self._fillers(word, slot)]

    def _split(self, word: Word) -> tuple[str, str, str]:
        """Return lemma, particle and partner of a phrase, as the rule book takes them apart."""
        lemma, *rest = word.phrase.split()
        particle = rest.pop(0) if rest and rest[0] in self.book.classes["particle"] else ""
        if word.kind == "noun" and rest and not particle:
            lemma, rest = rest[-1], [lemma, *rest[:-1]]
        return lemma, particle, " ".join(rest)

    def _phrases(self, word: Word) -> list[str]:
        """Return the prepositional phrases that a rule asks for."""
        asked = [s for s in word.rule.when if s in self.book.classes["particle"]]
        return [f"{slot} {found[0]}" for slot in asked if (found := self._fillers(word, slot))]

    # Verbs

    def _verb(self, word: Word) -> Iterator[Sentence]:
        lemma, particle, partner = self._split(word)
        pasts = past_forms(lemma, self.irregular)
        subjects, rests = self._subjects(word), self._rests(word, particle, partner)
        order = itertools.product(range(len(subjects)), range(len(rests)), range(len(pasts)))
        templates = [*self._by_factuality(word), *VERBAL]
        for s, r, p in sorted(order, key=lambda at: (sum(at), at)):
            forms = {"lemma": lemma, "past": pasts[p]}
            forms |= {"gerund": gerund(lemma), "present": plural(lemma)}
            for template in templates:
                [trigger] = [forms[name] for name in forms if f"{{{name}}}" in template]
                yield template.format(who=subjects[s], rest=rests[r], **forms), trigger
        for template, past in itertools.product(PASSIVE, pasts[:2]):
            yield template.format(past=past, particle=particle), past

    @staticmethod
    def _by_factuality(word: Word) -> Iterator[str]:
        """Yield the templates for a rule that asks for a factuality or tense."""
        asked = {*word.rule.when.get("factuality", ()), *word.rule.when.get("form", ())}
        if {"future", "negated"} <= asked:
            yield BY_FACTUALITY["refused"]
        elif asked & {"future", "planned"}:
            yield BY_FACTUALITY["planned"]
        for name in ("negated", "present"):
            if name in asked:
                yield BY_FACTUALITY[name]

    def _subjects(self, word: Word) -> list[str]:
        found = [
            name if name[0].isupper() else f"Norway's {name.removeprefix('the ')}"
            for name in self._fillers(word, "subject")[:4]
        ]
        if word.frame.joint or word.rule.needs_partner:
            return ["Norway and Chad", "Norway", *found]
        return found or ["Norway", "Norwegian troops", "Norway's minister"]

    def _rests(self, word: Word, particle: str, partner: str) -> list[str]:
        """Return what may follow a verb: its object, the phrases of the other side, a clause."""
        sides = word.frame.verb_recipients or word.frame.verb_actors
        to = [f"{slot} Chad" for slot in sides if slot in self.book.classes["particle"]][:5]
        if partner and not particle:
            things = [plural(partner), f"a {partner}", partner, f"its {partner}", f"the {partner}"]
        else:
            things = self._fillers(word, "object")[:6] or ["Chad" if "object" in sides else "", ""]
        particle = f"{particle} {partner}" if particle else ""
        fixed = " ".join(self._phrases(word))
        found = []
        for clause, thing, one in itertools.product(self._clauses(word), things, ("", *to)):
            if not (thing == "Chad" and one):
                found.append(f"{particle} {thing} {fixed} {one} {clause}")
                found.append(f"{thing} {particle} {fixed} {one} {clause}")
        return list(dict.fromkeys(" ".join(rest.split()) for rest in found))

    def _clauses(self, word: Word) -> list[str]:
        """Return the clauses that a rule asks for behind its verb."""
        when = word.rule.when
        if "obligation" in when:
            return ["that Chad must withdraw its troops", "that Chad should stop the attacks"]
        if "verdict" in when:
            views = self._bare(word, "verdict")[:5]
            return [f"that {who} was {view}" for who in ("Chad", "Chad's raid") for view in views]
        if "infinitive" in when or "complement" in when:
            verbs = self._bare(word, "infinitive", "complement")[:4] or ["help"]
            return [f"{so} {verb} Chad" for so in ("to", "that it would") for verb in verbs]
        return [""]

    # Nouns and adjectives

    def _noun(self, word: Word) -> Iterator[Sentence]:
        lemma, particle, partner = self._split(word)
        modifier = (self._bare(word, "modifier") or [""])[0]
        aim = next((f"to {verb} Chad" for verb in self._bare(word, "infinitive")), "")
        behind = " ".join([particle, *self._phrases(word), aim])
        targets = [f"{r} Chad" for r in word.frame.noun_recipients if r != "sufferer"][:4]
        for number in (lemma, plural(lemma)):
            noun, a = f"{modifier} {partner} {number} {behind}", "a " if number == lemma else ""
            for verb in self._bare(word, "carrier")[:6]:
                past = past_forms(verb, self.irregular)[0]
                for template in CARRIED:
                    yield template.format(past=past, a=a, noun=noun), number
            for template in TOGETHER if word.frame.joint else ():
                yield template.format(a=a, noun=noun), number
            for target, template in itertools.product((*targets, ""), DIRECTED):
                yield template.format(a=a, noun=noun, target=target), number

    def _adjective(self, word: Word) -> Iterator[Sentence]:
        heads = self._bare(word, "head")[:4] or ["agreement"]
        subjects = self._fillers(word, "subject")[:4] or ["the plan"]
        for template, head, subject in itertools.product(ADJECTIVAL, heads, subjects):
            yield template.format(word=word.phrase, head=head, subject=subject), word.phrase


def search(wanted: Iterable[Word], book: Rulebook) -> Iterator[dict[str, str]]:
    """Yield a row for each word for which one of its sentences is read as it should be."""
    nlp, sentences = load(reader=False), Sentences(book)
    left = [(word, itertools.islice(sentences.of(word), TRIED)) for word in wanted]
    while left:
        tried = [(word, source, made) for word, source in left if (made := next(source, None))]
        left = []
        docs = nlp.pipe(text for *_, (text, _) in tried)
        for (word, source, (text, trigger)), doc in zip(tried, docs, strict=True):
            fired = {doc.text[slice(*e.trigger)] for e in doc._.events if e.rule_id == word.rule.id}
            if trigger in fired:
                yield dict(zip(COLUMNS, (*word.key, trigger, text), strict=True))
            else:
                left.append((word, source))
        print(f"{len(left)} words left", file=sys.stderr)


def failing(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows whose rule does not fire on their word."""
    docs = load(reader=False).pipe(row["text"] for row in rows)
    return [
        row
        for row, doc in zip(rows, docs, strict=True)
        if (row["rule"], row["trigger"])
        not in {(event.rule_id, doc.text[slice(*event.trigger)]) for event in doc._.events}
    ]


def read() -> list[dict[str, str]]:
    """Return the rows of the table."""
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Complete the table and name the words that are left."""
    irregular = irregular_forms()
    book, again = load_rules(), set(sys.argv[1:])
    every = {word.key: word for word in words(book)}
    rows = [row for row in read() if row["rule"] not in again]
    broken = failing(rows)
    kept = {(r["rule"], r["kind"], r["word"]): r for r in rows if r not in broken}
    for row in search([word for key, word in every.items() if key not in kept], book):
        kept[row["rule"], row["kind"], row["word"]] = row
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept[key] for key in every if key in kept)
    for key, word in every.items():
        if key not in kept and not has_example(word, irregular):
            print(*key, sep="\t")


if __name__ == "__main__":
    main()
