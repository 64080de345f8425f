"""A document taken apart, so that an augmenter can rewrite, insert and remove its tokens."""

from dataclasses import dataclass, field

from spacy.tokens import Doc


@dataclass
class Draft:
    """A document taken apart: parallel lists, one entry a token; None where a layer is absent."""

    words: list[str]
    spaces: list[bool]
    ents: list[str] | None = None
    tags: list[str] | None = None
    pos: list[str] | None = None
    morphs: list[str] | None = None
    lemmas: list[str] | None = None
    deps: list[str] | None = None
    heads: list[int] | None = None
    layers: tuple[str, ...] = field(
        default=(
            "words",
            "spaces",
            "ents",
            "tags",
            "pos",
            "morphs",
            "lemmas",
            "deps",
        )
    )

    @classmethod
    def of(cls, doc: Doc) -> "Draft":
        """Take ``doc`` apart."""
        draft = cls([t.text for t in doc], [bool(t.whitespace_) for t in doc])
        if doc.has_annotation("ENT_IOB"):
            draft.ents = [
                "" if not t.ent_iob else t.ent_iob_ + (f"-{t.ent_type_}" if t.ent_type_ else "")
                for t in doc
            ]
        if doc.has_annotation("TAG"):
            draft.tags = [t.tag_ for t in doc]
            draft.pos = [t.pos_ for t in doc]
            draft.morphs = [str(t.morph) for t in doc]
            draft.lemmas = [t.lemma_ for t in doc]
        if doc.has_annotation("DEP"):
            draft.deps = [t.dep_ for t in doc]
            draft.heads = [t.head.i for t in doc]
        return draft

    def cut(self, start: int, end: int) -> "Draft":
        """The tokens from ``start`` to ``end``, which no head may leave, as a draft of its own."""
        part = Draft([], [], heads=[head - start for head in self.heads[start:end]])
        for layer in self.layers:
            values = getattr(self, layer)
            if values is not None:
                setattr(part, layer, values[start:end])
        return part

    def remove(self, i: int) -> None:
        """Remove token ``i``, which must head nothing."""
        for layer in self.layers:
            values = getattr(self, layer)
            if values is not None:
                del values[i]
        if self.heads is not None:
            del self.heads[i]
            self.heads = [head - (head > i) for head in self.heads]

    def insert(self, at: int, tokens: list["Token"]) -> None:
        """Insert parsed tokens before token ``at``; heads are positions after the insertion."""
        n = len(tokens)
        self.heads = [head + n if head >= at else head for head in self.heads]
        self.heads[at:at] = [token.head for token in tokens]
        for layer in self.layers:
            values = getattr(self, layer)
            if values is not None:
                values[at:at] = [getattr(token, layer) for token in tokens]

    def doc(self, vocab) -> Doc:
        """Put the document together again."""
        return Doc(
            vocab, words=self.words, spaces=self.spaces, ents=self.ents, tags=self.tags,
            pos=self.pos, morphs=self.morphs, lemmas=self.lemmas, deps=self.deps,
            heads=self.heads,
        )  # fmt: skip


@dataclass
class Token:
    """A token to insert; the fields are named as the layers of a draft."""

    words: str
    tags: str
    pos: str
    deps: str
    head: int
    spaces: bool = True
    morphs: str = "Number=Sing"
    ents: str = ""
    lemma: str = ""

    @property
    def lemmas(self) -> str:
        return self.lemma or self.words


def lines(draft: Draft) -> list[tuple[int, int]]:
    """Token ranges of the lines, newline tokens left out."""
    out, start = [], 0
    for i, word in enumerate(draft.words):
        if "\n" in word:
            if i > start:
                out.append((start, i))
            start = i + 1
    if len(draft.words) > start:
        out.append((start, len(draft.words)))
    return out


def title(word: str) -> str:
    """``word`` with a capital."""
    return word[:1].upper() + word[1:]
