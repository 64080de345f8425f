"""Whether the way a text tells an act says that it was told before, or that it is another one.

What contradicts nothing may still be another act: of raids, arrests and demands an article often
tells several between the same parties. ``The raid`` takes up one told before; a raid told much
later, without a day or place in common, does not. Distances and word classes are chosen on
annotated articles.
"""

from __future__ import annotations

from spacy.tokens import Doc, Token

from pipeline.categories import acts, categories
from pipeline.language import syntax
from pipeline.records import Event

FAR = 400
"""Characters, two or three sentences, beyond which an act is not told again in passing."""
ARGUMENTS = ("obj", "nsubj:pass", "nmod")


def can_be_retold(earlier: Event, later: Event, doc: Doc) -> bool:
    """Whether a later mention can tell the act of an earlier one again.

    Parameters
    ----------
    earlier, later : Event
        Two mentions that contradict each other nowhere, in text order.
    doc : Doc
        Their document, parsed.
    """
    first, second = _trigger(earlier, doc), _trigger(later, doc)
    if first is None or second is None:
        return True
    numbers = _numbers(first), _numbers(second)
    if all(numbers) and numbers[0].isdisjoint(numbers[1]):
        return False
    noun = second.pos_ in ("NOUN", "PROPN")
    anew = later.event_type in categories("made_anew") and later.act not in acts("retold")
    if anew and not noun:
        return first.lemma_ == second.lemma_ and not _things(first).isdisjoint(_things(second))
    if later.event_type not in categories("unrest"):
        return True
    if (noun and syntax.is_definite(second)) or _meets_one_person(earlier, later):
        return True
    if noun and first.lemma_ != second.lemma_ and _is_bare_plural(second):
        return False
    return _share_setting(earlier, later) or second.idx - first.idx < FAR


def _meets_one_person(one: Event, other: Event) -> bool:
    """Whether both are done to the same named person, who is killed or seized once."""
    named = [{e.name for e in event.recipients if e.type == "PERSON"} for event in (one, other)]
    return bool(named[0]) and named[0] == named[1]


def _is_bare_plural(noun: Token) -> bool:
    """Whether a noun names acts of a kind rather than one told of: *attacks*, not *these raids*."""
    return noun.tag_ in ("NNS", "NNPS") and not any(syntax.children(noun, "det", "nmod:poss"))


def is_named_again(one: Event, other: Event, doc: Doc) -> bool:
    """Whether the later of two mentions takes up the noun of the earlier: *talks … the talks*."""
    first, second = (_trigger(e, doc) for e in sorted((one, other), key=lambda e: e.trigger))
    nouns = [t for t in (first, second) if t is not None and t.pos_ in ("NOUN", "PROPN")]
    same = len({noun.lemma_ for noun in nouns}) == 1 and len(nouns) == 2
    return same and syntax.is_definite(nouns[1])


def _share_setting(one: Event, other: Event) -> bool:
    dated = one.date is not None and other.date is not None
    return dated or (one.place is not None and other.place is not None)


def _trigger(event: Event, doc: Doc) -> Token | None:
    span = doc.char_span(*event.trigger, alignment_mode="expand")
    return span.root if span is not None else None


def _numbers(trigger: Token) -> set[str]:
    """Return how many the act is about: *killed twelve soldiers*."""
    things = syntax.children(trigger, *ARGUMENTS, "nsubj", "nummod")
    return {t.lower_ for thing in things for t in (thing, *thing.children) if t.pos_ == "NUM"}


def _things(trigger: Token) -> set[str]:
    """Return the nouns in the phrases of what the act is about, as lemmas."""
    things = syntax.children(trigger, *ARGUMENTS)
    return {t.lemma_ for thing in things for t in thing.subtree if t.pos_ in ("NOUN", "PROPN")}
