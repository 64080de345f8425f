"""Trees of web and talk turned into trees of news: who acts, and how headlines leave words out.

The treebanks are full of *he*, *we* and *you*; news is full of *Lima*, *the ministry* and
*officials from both sides*, in headlines without articles and auxiliaries. Every change here keeps
a valid UD tree, so that the gold labels stay gold:

* a pronoun or a single name gives its place to a nominal of ``augment.yaml`` (a small tree of its
  own), where number and person agree with the finite verb;
* a sentence is cut down to its predicate and its arguments: whole subtrees go;
* a headline loses determiners and forms of *be*, which head nothing, puts its verb into the present
  and *to* for *will*, and stands on a line of its own.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import yaml
from draft import Draft, Token, title

_DATA = yaml.safe_load((Path(__file__).parent.parent / "augment.yaml").read_text(encoding="utf8"))
_NEWS = _DATA["news"]
RATES = _NEWS["rates"]
TIMES = frozenset(_DATA["days"].split() + _DATA["months"].split())
SINGULAR, PLURAL = "Sing", "Plur"
PRONOUNS = {
    **dict.fromkeys(("he", "she", "it", "him", "her"), SINGULAR),
    **dict.fromkeys(("they", "we", "them", "us"), PLURAL),
    **dict.fromkeys(("i", "me", "you"), None),
}
SUBJECTS = frozenset({"nsubj", "nsubj:pass"})
PLACES = SUBJECTS | {"obj", "iobj", "obl", "obl:agent", "nmod", "nmod:poss"}
NOT_NEEDED = frozenset(
    {"advcl", "advmod", "parataxis", "conj", "discourse", "vocative", "cc", "punct", "dislocated"}
)
MODIFIERS = frozenset({"det", "amod", "nmod", "nmod:poss", "acl", "acl:relcl", "conj", "appos"})
# UPOS and features of the tags that phrases of augment.yaml use
TAGS = {
    "NNP": ("PROPN", "Number=Sing"),
    "NNP:ADJ": ("ADJ", "Degree=Pos"),
    "NNPS": ("PROPN", "Number=Plur"),
    "NN": ("NOUN", "Number=Sing"),
    "NNS": ("NOUN", "Number=Plur"),
    "JJ": ("ADJ", "Degree=Pos"),
    "CD": ("NUM", "NumForm=Word|NumType=Card"),
    "DT": ("DET", "Definite=Def|PronType=Art"),
    "IN": ("ADP", ""),
    "CC": ("CCONJ", ""),
    "POS": ("PART", ""),
    ",": ("PUNCT", ""),
}
PRESENT = "Mood=Ind|Number=%s|Person=3|Tense=Pres|VerbForm=Fin"


# ---------------------------------------------------------------- phrases


def grow(phrase: str, rng: random.Random) -> list[Token]:
    """A phrase of ``augment.yaml`` as tokens; heads count from its first token, its top has -1.

    An item is ``form/TAG/relation/head``, where head is the number of an item from 1; the item
    without a relation is the top; without a tag it is NNP. ``{slot}`` is filled by a phrase of
    that list, whose top takes the tag, relation and head of the item.
    """
    items = [item.split("/") for item in phrase.split()]
    grown: list[list[Token]] = []
    for form, *rest in items:
        if form.startswith("{"):
            inner = grow(rng.choice(_NEWS["slots"][form[1:-1]]), rng)
        else:
            inner = [_leaf(form, "NNP")]
        if rest:
            top = next(i for i, token in enumerate(inner) if token.head == -1)
            inner[top] = _leaf(inner[top].words, rest[0])
        grown.append(inner)
    starts = [sum(map(len, grown[:k])) for k in range(len(grown))]
    tops = [
        start + next(i for i, token in enumerate(inner) if token.head == -1)
        for start, inner in zip(starts, grown, strict=True)
    ]
    out: list[Token] = []
    for start, top, inner, item in zip(starts, tops, grown, items, strict=True):
        for i, token in enumerate(inner, start):
            if i != top:
                token.head += start
            elif len(item) == 4:
                token.deps, token.head = item[2], tops[int(item[3]) - 1]
            if token.tags in {",", "POS"} and out:
                out[-1].spaces = False
            out.append(token)
    return out


def _leaf(form: str, tag: str) -> Token:
    pos, morph = TAGS[tag]
    lemma = form.lower() if tag in {"DT", "CD"} else form
    if tag in {"NNS", "NNPS"}:
        lemma = form[:-3] + "y" if form.endswith("ies") else form[:-1]
    return Token(form, tag.split(":")[0], pos, "", -1, morphs=morph, lemma=lemma)


def replace(draft: Draft, i: int, phrase: list[Token]) -> None:
    """Put ``phrase`` where token ``i`` stands; what hung on ``i`` hangs on its top."""
    top = next(k for k, token in enumerate(phrase) if token.head == -1)
    dep, space, more = draft.deps[i], draft.spaces[i], len(phrase) - 1

    def moved(head: int) -> int:
        return i + top if head == i else head + more * (head > i)

    phrase[top].deps, phrase[-1].spaces = dep, space
    heads = [i + token.head for token in phrase]
    heads[top] = moved(draft.heads[i])
    draft.heads = [moved(head) for head in draft.heads]
    draft.heads[i : i + 1] = heads
    for layer in draft.layers:
        values = getattr(draft, layer)
        if values is not None:
            values[i : i + 1] = [getattr(token, layer) for token in phrase]


# ---------------------------------------------------------------- what a tree says


def children(draft: Draft, i: int) -> list[int]:
    return [k for k, head in enumerate(draft.heads) if head == i and k != i]


def subtree(draft: Draft, i: int) -> set[int]:
    inside = {i}
    while True:
        more = {k for k, head in enumerate(draft.heads) if head in inside} - inside
        if not more:
            return inside
        inside |= more


def finite(draft: Draft, subject: int) -> int | None:
    """The finite verb that agrees with a subject."""
    verb = draft.heads[subject]
    chain = [verb] + [
        k for k in children(draft, verb) if draft.deps[k] in {"aux", "aux:pass", "cop"}
    ]
    return next((k for k in chain if draft.tags[k] in {"VBD", "VBP", "VBZ", "MD"}), None)


def numbers(draft: Draft, i: int) -> list[str]:
    """The numbers that a nominal in the place of pronoun ``i`` may have."""
    own = PRONOUNS[draft.words[i].lower()]
    if draft.deps[i] not in SUBJECTS:
        return [SINGULAR, PLURAL]
    verb = finite(draft, i)
    form = draft.words[verb].lower() if verb is not None else ""
    if form in {"am", "'m", "’m", "ai"}:
        return []
    if verb is not None and (draft.tags[verb] == "VBZ" or form == "was"):
        return [SINGULAR]
    if verb is not None and (draft.tags[verb] == "VBP" or form == "were"):
        return [PLURAL]
    if any(draft.deps[k] == "conj" for k in children(draft, draft.heads[i])):
        return [own] if own else []
    return [SINGULAR, PLURAL]


def agree(draft: Draft, subject: int, number: str) -> None:
    """Set number and person of the verb of a new subject."""
    verb = finite(draft, subject)
    if verb is None or "Person=" not in draft.morphs[verb]:
        return
    features = dict(item.split("=") for item in draft.morphs[verb].split("|"))
    features.update(Number=number, Person="3")
    draft.morphs[verb] = "|".join(f"{key}={features[key]}" for key in sorted(features))


# ---------------------------------------------------------------- the changes


def swap_nominals(draft: Draft, rng: random.Random) -> None:
    """Put nominals of news for pronouns and for single names."""
    for i in range(len(draft.words) - 1, -1, -1):
        if draft.deps[i] not in PLACES:
            continue
        around = children(draft, i)
        if any(draft.deps[k] != "case" or children(draft, k) for k in around):
            continue
        if draft.tags[i] == "PRP" and draft.words[i].lower() in PRONOUNS:
            if rng.random() > RATES["pronoun"] or not unglue(draft, i):
                continue
            allowed = numbers(draft, i)
            if not allowed:
                continue
            number = rng.choice(allowed)
        elif draft.tags[i] == "NNP" and draft.pos[i] == "PROPN" and draft.words[i] not in TIMES:
            if rng.random() > RATES["name"]:
                continue
            number = SINGULAR
        else:
            continue
        kind = number if draft.deps[i] in SUBJECTS or rng.random() < 0.5 else "name"
        phrase = grow(rng.choice(_NEWS["nominals"][kind]), rng)
        if draft.deps[i] in SUBJECTS:
            agree(draft, i, number)
        replace(draft, i, phrase)


def unglue(draft: Draft, i: int) -> bool:
    """Write out what is contracted with pronoun ``i``; False where that is not clear."""
    if draft.spaces[i] or i + 1 == len(draft.words):
        return True
    nextword = draft.words[i + 1].replace("’", "'")
    if not nextword.startswith("'") or draft.tags[i + 1] == "POS":
        return True
    whole = _NEWS["contracted"].get(f"{nextword} {draft.lemmas[i + 1]}")
    if whole is None:
        return False
    draft.words[i + 1], draft.spaces[i] = whole, True
    return True


def swap_persons(draft: Draft, rng: random.Random) -> None:
    """Put persons of world news for names of two words."""
    for i in range(len(draft.words) - 2, -1, -1):
        if (
            draft.deps[i + 1] == "flat"
            and draft.heads[i + 1] == i
            and draft.tags[i] == draft.tags[i + 1] == "NNP"
            and all(k < i and draft.deps[k] != "flat" for k in children(draft, i) if k != i + 1)
            and not children(draft, i + 1)
            and rng.random() < RATES["name"]
        ):
            first, last = grow("{first} {last}/NNP/flat/1", rng)
            for k, token in ((i, first), (i + 1, last)):
                draft.words[k] = draft.lemmas[k] = token.words


def clip(draft: Draft, rng: random.Random) -> None:
    """Cut a sentence down to its verb and the arguments of the verb, at times to bare ones."""
    root = draft.deps.index("ROOT")
    below = children(draft, root)
    relations = {draft.deps[k] for k in below}
    if draft.pos[root] != "VERB" or not relations & SUBJECTS or relations & {"expl", "csubj"}:
        return
    gone: set[int] = set()
    for k in below:
        relation, last = draft.deps[k], k == len(draft.words) - 1
        negation = "Polarity=Neg" in draft.morphs[k]
        optional = relation in NOT_NEEDED and not negation and not (relation == "punct" and last)
        if optional or (relation == "obl" and rng.random() < 0.5):
            gone |= subtree(draft, k)
        elif relation == "obj" and rng.random() < RATES["bare"]:
            for modifier in children(draft, k):
                if draft.deps[modifier] in MODIFIERS:
                    gone |= subtree(draft, modifier)
    if len(draft.words) - len(gone) >= 3:
        remove(draft, gone)


def remove(draft: Draft, gone: set[int]) -> None:
    """Remove whole subtrees."""
    space = draft.spaces[-1]
    for i in sorted(gone, reverse=True):
        draft.heads = [i if head in gone else head for head in draft.heads]
        gone = gone - {i}
        if i:
            draft.spaces[i - 1] = draft.spaces[i]
        draft.remove(i)
    draft.spaces[-1] = space


def drop_articles(draft: Draft, rng: random.Random, rate: float) -> None:
    """Remove articles that head nothing."""
    for i in range(len(draft.words) - 2, -1, -1):
        if (
            draft.deps[i] == "det"
            and draft.words[i].lower() in {"the", "a", "an"}
            and not children(draft, i)
            and rng.random() < rate
        ):
            draft.remove(i)


def headline(draft: Draft, rng: random.Random) -> None:
    """Take out articles and forms of *be*, put the verb into the present, *to* for *will*."""
    drop_articles(draft, rng, RATES["headline_article"])
    for i in range(len(draft.words) - 2, 0, -1):
        relation = draft.deps[i]
        if children(draft, i) or "n't" in draft.words[i + 1].replace("’", "'"):
            continue
        if draft.lemmas[i] == "be" and draft.tags[i] in {"VBZ", "VBP", "VBD"}:
            subject_before = any(
                draft.deps[k] in SUBJECTS and k < i for k in children(draft, draft.heads[i])
            )
            if subject_before and rng.random() < RATES["be"].get(relation, 0):
                draft.spaces[i - 1] = draft.spaces[i]
                draft.remove(i)
        elif (
            draft.words[i].lower() == "will"
            and draft.tags[i] == "MD"
            and draft.heads[i] == i + 1
            and rng.random() < RATES["to_for_will"]
        ):
            draft.words[i] = draft.lemmas[i] = "to"
            draft.tags[i], draft.pos[i], draft.morphs[i] = "TO", "PART", ""
            draft.deps[i] = "mark"
    if rng.random() < RATES["present"]:
        to_present(draft)


def to_present(draft: Draft) -> None:
    """Headlines tell the past in the present."""
    root = draft.deps.index("ROOT")
    subjects = [k for k in children(draft, root) if draft.deps[k] in SUBJECTS]
    if draft.tags[root] != "VBD" or len(subjects) != 1 or draft.lemmas[root] == "be":
        return
    subject = subjects[0]
    if draft.tags[subject] == "PRP" and draft.words[subject].lower() not in {"he", "she", "it"}:
        return
    several = draft.tags[subject] in {"NNS", "NNPS"} or any(
        draft.deps[k] == "conj" for k in children(draft, subject)
    )
    lemma = draft.lemmas[root]
    draft.words[root] = lemma if several else third_person(lemma)
    draft.tags[root] = "VBP" if several else "VBZ"
    draft.morphs[root] = PRESENT % (PLURAL if several else SINGULAR)


def third_person(lemma: str) -> str:
    """The third person singular of a verb."""
    if lemma == "have":
        return "has"
    if lemma.endswith(("s", "x", "z", "ch", "sh", "o")):
        return lemma + "es"
    if lemma.endswith("y") and lemma[-2:-1] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + "s"


# ---------------------------------------------------------------- documents


def pieces(draft: Draft) -> Iterator[Draft | str]:
    """The sentences of a document, each with heads of its own, and the line breaks between them."""
    tops = []
    for i in range(len(draft.heads)):
        top = i
        while draft.heads[top] != top:
            top = draft.heads[top]
        tops.append(top)
    start = 0
    for i in range(1, len(tops) + 1):
        broken = i < len(tops) and not draft.words[i].strip()
        if i < len(tops) and not broken and tops[i] == tops[start] and draft.words[i - 1].strip():
            continue
        if draft.words[start].strip():
            yield draft.cut(start, i)
        else:
            yield draft.words[start]
        start = i


def join(parts: list[Draft | str], like: Draft) -> Draft:
    """One document of sentences and line breaks."""
    out = like.cut(0, 0)
    for part in parts:
        if isinstance(part, str):
            if out.words:
                out.spaces[-1] = False
            blank = Token(part, "_SP", "SPACE", "dep", len(out.words) - 1, False, "")
            out.insert(len(out.words), [blank])
        else:
            base = len(out.words)
            out.heads += [base + head for head in part.heads]
            for layer in out.layers:
                values = getattr(out, layer)
                if values is not None:
                    values += getattr(part, layer)
    return out


def to_news(draft: Draft, rng: random.Random, rate: float) -> Draft:
    """``draft`` with a share of its sentences turned into sentences of news."""
    out: list[Draft | str] = []
    for part in pieces(draft):
        if isinstance(part, str):
            if not out or isinstance(out[-1], Draft):  # a headline brought its own
                out.append(part)
            continue
        if rng.random() > rate * RATES["sentence"] or len(part.words) < 3:
            out.append(part)
        else:
            _tell(part, rng, out)
    if out and isinstance(out[-1], str):
        out.pop()
    return join(out, draft)


def _tell(part: Draft, rng: random.Random, out: list[Draft | str]) -> None:
    """Add a sentence as news tells it, or as a headline on a line of its own."""
    first = part.words[0]
    if rng.random() < RATES["clip"]:
        clip(part, rng)
    swap_nominals(part, rng)
    swap_persons(part, rng)
    alone = rng.random() < RATES["headline"] and part.words[-1] != "?"
    if alone:
        headline(part, rng)
        drop_stop(part, rng)
    else:
        drop_articles(part, rng, RATES["article"])
    if first[0].isupper():
        part.words[0] = title(part.words[0])
    if not alone:
        out.append(part)
        return
    if out and isinstance(out[-1], Draft):
        out.append("\n")
    out += [part, "\n"]


def drop_stop(draft: Draft, rng: random.Random) -> None:
    """A headline has no full stop."""
    last = len(draft.words) - 1
    if last > 1 and draft.words[last] == "." and not children(draft, last) and rng.random() < 0.7:
        draft.remove(last)
