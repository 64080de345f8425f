"""Sentences of ours with known names, against which forgetting is measured and practised."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from pipeline import resources
from pipeline.evaluation.gold import GoldDocument, GoldEntity, GoldMention

FILE = "retraining/rehearsal.yaml"
_SLOT = re.compile(r"\{(\w+)\}")
_LABELS = {
    "person": "PERSON",
    "org": "ORG",
    "country": "GPE",
    "city": "GPE",
    "people": "NORP",
    "place": "LOC",
}


def sentences(size: int, seed: int) -> Iterator[tuple[GoldDocument, str]]:
    """Make sentences from templates and gazetteers, each with its names as gold.

    Parameters
    ----------
    size : int
        How many sentences.
    seed : int
        Decides which names go where; the same seed gives the same sentences.

    Raises
    ------
    KnowledgeError
        A template names a slot that is not known.
    """
    templates = _templates()
    fillers = _fillers()
    rng = random.Random(seed)
    for number in range(size):
        template = templates[number % len(templates)]
        yield _filled(f"sentence-{seed}-{number}", template, lambda slot: rng.choice(fillers[slot]))


def _templates() -> list[str]:
    templates = resources.document(FILE)
    for number, template in enumerate(templates, start=1):
        for slot in _SLOT.findall(template):
            if slot not in _LABELS:
                raise resources.KnowledgeError(FILE, f"template {number}", f"no slot {slot!r}")
    return templates


def _fillers() -> dict[str, list[str]]:
    from pipeline.gazetteers import countries

    states = [country for country in countries() if country.status == "state"]

    def names(file: str) -> list[str]:
        return [row["name"] for row in resources.table(file, ["name"])]

    return {
        "person": list(dict.fromkeys(names("actors/office_holders.csv"))),
        "org": names("actors/organisations.csv"),
        "country": [country.name for country in states],
        "city": [capital for country in states for capital in country.capitals[:1]],
        "people": [demonym for country in states for demonym in country.demonyms[:1]],
        "place": [name for name in names("places/waters.csv") if " " in name],
    }


def _filled(doc_id: str, template: str, draw: Callable[[str], str]) -> tuple[GoldDocument, str]:
    document = GoldDocument(doc_id, source=FILE)
    text, position = "", 0
    for number, slot in enumerate(_SLOT.finditer(template), start=1):
        name, label = draw(slot[1]), _LABELS[slot[1]]
        text += template[position : slot.start()]
        start = len(text)
        text += name
        position = slot.end()
        document.entities[name] = GoldEntity(name, label)
        document.mentions.append(
            GoldMention(f"T{number}", label, start, len(text), name, entity=name)
        )
    return document, text + template[position:]
