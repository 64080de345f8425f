"""How news really looks: a spaCy augmenter that varies the surface of training documents.

Every change keeps the tokens of the reference annotation and rewrites only their text, or inserts
and removes tokens that nothing depends on, so that no label has to be guessed. The unit is the
*line* (what stands between two newline tokens), as in an article, where a headline in capitals
stands over ordinary text.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from draft import Draft, Token, lines, title
from news_syntax import to_news
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

_DATA = yaml.safe_load((Path(__file__).parent.parent / "augment.yaml").read_text(encoding="utf8"))
SMALL_WORDS = frozenset(_DATA["small_words"].split())
CITIES = _DATA["cities"].split()
AGENCIES = _DATA["agencies"].split()
MONTHS = _DATA["months"].split()
OCR = [tuple(pair) for pair in _DATA["ocr"]]
BRITISH = _DATA["british"]
DAYS = _DATA["days"].split()
SAYING = frozenset(_DATA["saying"].split())
_IZE = re.compile(r"(?<=[a-z]{3})iz(e|es|ed|ing|ation|ations|er|ers)$")
_IZE_ALWAYS = re.compile(r"^(size|prize|seize|capsize|citizen|horizon|maize)", re.I)


def change_case(draft: Draft, start: int, end: int, how: str) -> None:
    """Set a line in lower case, Title Case or ALL CAPS; lemmas follow as edit trees can follow
    them."""
    for i in range(start, end):
        word = draft.words[i]
        if how == "upper":
            new = word.upper()
        elif how == "lower":
            new = word.lower()
        else:
            new = word if i > start and word.lower() in SMALL_WORDS else title(word)
        if len(new) != len(word):
            continue
        draft.words[i] = new
        if draft.lemmas is not None:
            if how == "upper" and word != new:
                draft.lemmas[i] = draft.lemmas[i].upper()
            elif how == "lower":
                draft.lemmas[i] = draft.lemmas[i].lower()


def drop_final_punct(draft: Draft, start: int, end: int) -> None:
    """Remove the full stop of a line, as headlines have none."""
    i = end - 1
    if i <= start or draft.words[i] not in {".", "!", ";", ":"}:
        return
    if draft.heads is not None and any(
        h == i for k, h in enumerate(draft.heads) if k != i and draft.words[k].strip()
    ):
        return
    if draft.heads is not None:
        # a newline token hangs on the word before it: hang it one further to the left
        draft.heads = [i - 1 if h == i and k != i else h for k, h in enumerate(draft.heads)]
    space = draft.spaces[i]
    draft.remove(i)
    draft.spaces[i - 1] = space


def curly(draft: Draft) -> None:
    """Typographic quotes and apostrophes."""
    opened = False
    for i, word in enumerate(draft.words):
        if word == '"':
            opened = not opened
            draft.words[i] = "“" if opened else "”"
            if draft.lemmas is not None:
                draft.lemmas[i] = draft.words[i] if draft.lemmas[i] == '"' else draft.lemmas[i]
        elif "'" in word:
            draft.words[i] = word.replace("'", "’")
        if "\n" in word:
            opened = False


def straight(draft: Draft) -> None:
    """Typewriter quotes and apostrophes."""
    table = str.maketrans("“”‘’", "\"\"''")
    draft.words = [word.translate(table) for word in draft.words]


def british(draft: Draft) -> None:
    """British spelling where a table or the -ize rule knows it; the lemma follows the form."""

    def respell(word: str) -> str:
        other = BRITISH.get(word.lower())
        if other:
            return title(other) if word[0].isupper() else other
        if not _IZE_ALWAYS.match(word):
            return _IZE.sub(r"is\1", word)
        return word

    for i, word in enumerate(draft.words):
        new = respell(word)
        if new != word:
            draft.words[i] = new
            if draft.lemmas is not None:
                draft.lemmas[i] = respell(draft.lemmas[i])


def ocr(draft: Draft, rng: random.Random) -> None:
    """Scanner damage: mistaken letters, a lost space, a hyphen with a line break in a word."""
    for i, word in enumerate(draft.words):
        if len(word) < 4 or not word.isalpha() or rng.random() > 0.06:
            continue
        kind = rng.random()
        if kind < 0.6:
            choices = [pair for pair in OCR if pair[0] in word[1:]]
            if choices:
                bad, good = rng.choice(choices)
                at = word.index(bad, 1)
                draft.words[i] = word[:at] + good + word[at + len(bad) :]
                if draft.lemmas is not None:
                    draft.lemmas[i] = draft.words[i]
        elif kind < 0.8 and i + 1 < len(draft.words) and draft.words[i + 1].isalpha():
            draft.spaces[i] = False
        elif len(word) > 7:
            at = rng.randint(3, len(word) - 3)
            draft.words[i] = f"{word[:at]}-\n{word[at:]}"


def dateline(draft: Draft, start: int, rng: random.Random) -> None:
    """Put "CITY, Month D (Agency) — " before a line: a sentence of its own, as in UD EWT."""
    city = rng.choice(CITIES)
    word = city if rng.random() < 0.7 else city.title()
    items = [Token(word, "NNP", "PROPN", "ROOT", start, spaces=False, ents="B-GPE")]

    def punct(mark: str, tag: str, head: int, spaces: bool) -> None:
        items.append(Token(mark, tag, "PUNCT", "punct", head, spaces, "", "O"))

    if rng.random() < 0.5:
        day = start + 3
        punct(",", ",", day, True)
        month = rng.choice(MONTHS)
        items.append(Token(month, "NNP", "PROPN", "nmod:unmarked", day, ents="O"))
        number, morph = str(rng.randint(1, 30)), "NumForm=Digit|NumType=Card"
        items.append(Token(number, "CD", "NUM", "nmod:unmarked", start, morphs=morph, ents="O"))
    else:
        items[-1].spaces = True
    if rng.random() < 0.6:
        agency = start + len(items) + 1
        punct("(", "-LRB-", agency, False)
        name = rng.choice(AGENCIES)
        items.append(Token(name, "NNP", "PROPN", "list", start, spaces=False, ents="B-ORG"))
        punct(")", "-RRB-", agency, True)
    punct(rng.choice(("—", "-", "–", "--")), ":", start, True)
    if draft.heads is not None:
        draft.insert(start, items)
        return
    draft.words[start:start] = [item.words for item in items]
    draft.spaces[start:start] = [item.spaces for item in items]
    if draft.ents is not None:
        draft.ents[start:start] = [item.ents for item in items]


def weekdays(draft: Draft, rng: random.Random) -> None:
    """Put days where newswire has them and treebanks seldom do: "said Sunday"."""
    for i in range(len(draft.words) - 2, -1, -1):
        if draft.tags[i] not in {"VBD", "VBZ"} or not draft.words[i].islower():
            continue
        says = draft.lemmas[i] in SAYING
        if rng.random() > (0.3 if says else 0.08):
            continue
        at = i + 1
        if not says:
            objects = [
                k for k, head in enumerate(draft.heads) if head == i and draft.deps[k] == "obj"
            ]
            if len(objects) != 1 or objects[0] < i:
                continue
            at = right_edge(draft, objects[0]) + 1
        if at >= len(draft.words) or not draft.spaces[at - 1] or draft.words[at].lower() == "that":
            continue
        day = rng.choice(DAYS)
        if rng.random() < 0.6 if says else rng.random() < 0.4:
            draft.insert(at, [Token(day, "NNP", "PROPN", "obl:unmarked", i)])
        else:
            preposition = Token("on", "IN", "ADP", "case", at + 1, morphs="")
            draft.insert(at, [preposition, Token(day, "NNP", "PROPN", "obl", i)])


def right_edge(draft: Draft, i: int) -> int:
    """The last token of the subtree of ``i``."""
    last, edge = i, -1
    while edge != last:
        edge = last
        last = max(
            [k for k, head in enumerate(draft.heads) if i <= head <= edge and k != head] + [edge]
        )
    return last


def comma_for_and(draft: Draft, start: int, end: int) -> None:
    """Write "Peru, Chile sign" for "Peru and Chile sign", as headlines do."""
    for i in range(start + 1, end - 1):
        conjunct = draft.heads[i]
        if draft.words[i].lower() != "and" or draft.deps[conjunct] != "conj" or conjunct < i:
            continue
        first = draft.heads[conjunct]
        if first == i - 1 and draft.pos[first] == "PROPN" == draft.pos[conjunct]:
            draft.words[i] = draft.tags[i] = draft.lemmas[i] = ","
            draft.pos[i], draft.morphs[i], draft.deps[i] = "PUNCT", "", "punct"
            draft.spaces[i - 1] = False


# persons and places are plentiful in the sources; swapped, single names of persons drift to places
SWAPPED = frozenset(("ORG", "LOC"))


class Names:
    """Names to put in the place of others, so that the words around a name teach its label.

    ``pools`` are lists of names by label, with COUNTRY and STATE ("Republic of X") apart, as
    ``prepare_ner.py`` writes them.
    """

    SLOT = re.compile(r"\{(\w+)\}")

    def __init__(self, pools: dict[str, list[str]], rng: random.Random) -> None:
        self.pools = pools
        self.rng = rng
        self.pools["surname"] = [name.split()[-1] for name in pools["PERSON"] if " " in name]
        for slot in ("office", "portfolio", "firm", "paper", "topic"):
            self.pools[slot] = _DATA[f"{slot}s"]

    def draw(self, label: str) -> str:
        """A name of ``label``: one that is on record, or a body made up from a template."""
        if label == "ORG" and self.rng.random() < 0.5:
            template = self.rng.choice(_DATA["bodies"])
            return self.SLOT.sub(lambda slot: self.rng.choice(self.pools[slot.group(1)]), template)
        if label == "PERSON" and self.rng.random() < 0.3:
            first = self.rng.choice(self.pools["PERSON"]).split()[0]
            return f"{first} {self.rng.choice(self.pools['surname'])}"
        return self.rng.choice(self.pools[label])


def swap_names(draft: Draft, names: Names, tokenize: Callable[[str], Doc]) -> None:
    """Replace about half the names of a document without a parse by others of their label."""
    i = len(draft.words)
    while i > 0:
        i -= 1
        if not draft.ents[i].startswith("B-"):
            continue
        end = i + 1
        while end < len(draft.ents) and draft.ents[end].startswith("I-"):
            end += 1
        label, first = draft.ents[i][2:], draft.words[i]
        behind_article = i > 0 and draft.words[i - 1].lower() == "the" and label != "ORG"
        if label not in SWAPPED or behind_article or not first[0].isupper():
            continue
        if names.rng.random() < 0.5:
            continue
        name = names.draw(label)
        if first.isupper() and len(first) > 4:
            name = name.upper()
        new = tokenize(name)
        draft.ents[i:end] = [f"{'I' if k else 'B'}-{label}" for k in range(len(new))]
        draft.spaces[i:end] = [bool(t.whitespace_) for t in new[:-1]] + [draft.spaces[end - 1]]
        draft.words[i:end] = [t.text for t in new]


def augment(
    doc: Doc,
    rng: random.Random,
    rate: float,
    names: Names | None = None,
    tokenize: Callable[[str], Doc] | None = None,
    news: float = 0.0,
) -> Doc | None:
    """One variant of ``doc``, or None where every draw fell on "leave it"."""
    draft = Draft.of(doc)
    before = (list(draft.words), list(draft.spaces))
    parsed = draft.heads is not None
    if parsed and news:
        draft = to_news(draft, rng, news)
    if names and draft.ents and not parsed and rng.random() < 0.3 * rate:
        swap_names(draft, names, tokenize)
    if parsed and rng.random() < 0.4 * rate:
        weekdays(draft, rng)
    if rng.random() < 0.30 * rate:
        british(draft)
    quotes = rng.random()
    if quotes < 0.40 * rate:
        curly(draft)
    elif quotes < 0.55 * rate:
        straight(draft)
    if rng.random() < 0.05 * rate:
        ocr(draft, rng)
    for start, end in reversed(lines(draft)):  # from the end, so that offsets before stay true
        draw = rng.random() / rate
        if draw < 0.06:
            change_case(draft, start, end, "upper")
        elif draw < 0.15:
            change_case(draft, start, end, "title")
        elif draw < 0.19:
            change_case(draft, start, end, "lower")
        if draw < 0.15 or 0.19 <= draw < 0.25:
            drop_final_punct(draft, start, end)
        if parsed and (draw < 0.15 or 0.19 <= draw < 0.25) and rng.random() < 0.5:
            comma_for_and(draft, start, end)
        elif 0.25 <= draw < (0.27 if parsed else 0.30):
            dateline(draft, start, rng)
    if (draft.words, draft.spaces) == before:
        return None
    return draft.doc(doc.vocab)


@registry.augmenters("pacta.news_augmenter.v1")
def news_augmenter(
    rate: float = 1.0, seed: int = 0, pools: str | None = None, news: float = 0.0
) -> Callable[[Language, Example], Iterator[Example]]:
    """An augmenter that yields each document once, changed or not.

    ``rate`` scales all probabilities; ``seed`` makes the sequence of draws repeatable; ``pools`` is
    the JSON file of names to put in the place of others, if that is wanted; ``news`` scales the
    share of sentences of a treebank that become sentences of news.
    """
    rng = random.Random(seed)
    names = Names(json.loads(Path(pools).read_text(encoding="utf8")), rng) if pools else None

    def apply(nlp: Language, example: Example) -> Iterator[Example]:
        variant = augment(example.reference, rng, rate, names, nlp.make_doc, news)
        if variant is None:
            yield example
        else:
            yield Example(nlp.make_doc(variant.text), variant)

    return apply
