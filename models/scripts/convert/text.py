"""From tokens back to text, with the offsets of every token."""

# ruff: noqa: SIM905

from collections.abc import Sequence

Offsets = list[tuple[int, int]]

_ENDINGS = ("s", "t", "re", "ve", "ll", "d", "m")
_NO_SPACE_BEFORE = frozenset(
    ", . ; : ! ? % ) ] } '' ” ’ 's 'S n't N'T 're 've 'll 'd 'm ... … %) °C °F"
    " ’s ’t n’t ’re ’ve ’ll ’d ’m".split()
)
_NO_SPACE_AFTER = frozenset("( [ { $ £ € ¥ # `` “ ‘ @ US$ A$ C$".split())
_TREEBANK = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
    "\\/": "/",
}


def detokenise(tokens: Sequence[str], join_hyphens: bool = False) -> tuple[str, Offsets]:
    """Text of ``tokens`` and the span of each; quotes are paired, punctuation is closed up."""
    text, offsets = "", []
    double_open = single_open = glue = False
    previous = ""
    for i, token in enumerate(tokens):
        surface = _TREEBANK.get(token, token)
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        space = bool(text) and not glue and token not in _NO_SPACE_BEFORE
        if surface == "'" and (
            following in _ENDINGS or single_open or previous.lower().endswith("s")
        ):
            space = False
        glue = False
        if token in {'"', "``", "''"}:
            if token != '"':
                double_open = token == "''"
            double_open = not double_open
            glue = double_open
            space = space and double_open
        elif token in _NO_SPACE_AFTER:
            glue = True
        elif surface == "'":
            if following in _ENDINGS:
                glue = True
            elif single_open:
                single_open = False
            elif (
                not previous.lower().endswith("s")
                and following[:1].isalnum()
                and "'" in tokens[i + 2 :]
            ):
                single_open = glue = True
        elif surface == "/" or (surface == "-" and join_hyphens):
            space, glue = False, True
        if space:
            text += " "
        offsets.append((len(text), len(text) + len(surface)))
        text += surface
        previous = surface
    return text, offsets


def align(text: str, tokens: Sequence[str]) -> Offsets:
    """Offsets of ``tokens`` in an existing text; ValueError where it does not consist of them."""
    offsets, at = [], 0
    for token in tokens:
        start = text.index(token, at)
        if text[at:start].strip():
            raise ValueError(f"{text[at:start]!r} before token {token!r} in {text!r}")
        offsets.append((start, start + len(token)))
        at = start + len(token)
    return offsets


def bio_spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Token spans (start, end, label) of a BIO sequence."""
    spans, i = [], 0
    while i < len(tags):
        if tags[i] in {"O", "-", "_", "", "B-O"}:
            i += 1
            continue
        label = tags[i].partition("-")[2] or tags[i]
        end = i + 1
        while end < len(tags) and tags[end] == f"I-{label}":
            end += 1
        spans.append((i, end, label))
        i = end
    return spans
