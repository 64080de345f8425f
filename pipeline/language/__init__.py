"""The trained spaCy pipeline with Pacta's components, and the way articles go through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.records import Article, Zone

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_pacta"
COMPONENTS = {
    "pacta_names": "pipeline.components.actors.names",
    "pacta_dates": "pipeline.components.dates",
    "pacta_agreements": "pipeline.components.agreements",
    "pacta_places": "pipeline.components.places",
    "pacta_actors": "pipeline.components.actors",
    "pacta_agreement_ids": "pipeline.components.agreements",
    "pacta_coreference": "pipeline.components.coreference",
    "pacta_reader": "pipeline.components.reader",
    "pacta_events": "pipeline.components.events",
}
"""Factories in the order in which they run, with the module that defines each."""


def model_path() -> Path:
    """Return the folder of the trained model: inside the installed package or in ``models/``.

    Raises
    ------
    FileNotFoundError
        The model is in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "models" / MODEL, package.parent / "models" / MODEL):
        if (folder / "config.cfg").is_file():
            return folder
    raise FileNotFoundError(f"the model {MODEL} is missing: reinstall pacta, or run its project")


def load(
    model: str | Path | None = None,
    rules: Path | None = None,
    reader: bool = True,
    min_confidence: float = 0.0,
) -> Language:
    """Load the trained model and add Pacta's components to it.

    Parameters
    ----------
    model : str or Path, optional
        Another spaCy pipeline to build on (folder or package name); the packaged one by default.
    rules : Path, optional
        A folder with the user's own event rules, read after the packaged ones.
    reader : bool
        Whether the learned reader reads beside the rules; without it they run alone.
    min_confidence : float
        Events less likely than this are left out.

    Returns
    -------
    spacy.language.Language
        Its docs carry names in ``doc.ents``, dates and agreements in ``doc.spans`` and event rows
        in ``doc._.events`` (see :mod:`pipeline.language.extensions`).
    """
    import importlib

    import spacy

    nlp = spacy.load(model or model_path())
    importlib.import_module("pipeline.language.paragraphs")
    importlib.import_module("pipeline.language.repairs")
    nlp.add_pipe("pacta_paragraphs", first=True)
    if nlp.has_pipe("parser"):
        nlp.add_pipe("pacta_repairs", after="parser")
    for factory, module in COMPONENTS.items():
        if factory == "pacta_reader" and not reader:
            continue
        importlib.import_module(module)
        config = {"rules": rules and str(rules), "min_confidence": min_confidence}
        nlp.add_pipe(factory, config=config if factory == "pacta_events" else {})
    return nlp


def annotate(nlp: Language, articles: Iterable[Article]) -> Iterator[tuple[Article, Doc]]:
    """Run articles through the pipeline, lazily and in order.

    The docs hold the articles' plain text; ``doc._.plain`` leads from their offsets back to those
    of the article (see :mod:`pipeline.articles.plain`).

    Only articles whose ``status`` is ``ok`` may be given; a failure inside the pipeline is raised
    to the caller, who decides what becomes of the article.
    """
    from pipeline.articles.plain import plain
    from pipeline.language.extensions import register
    from pipeline.language.pieces import AT_ONCE, annotate_long, batches

    register()

    def docs() -> Iterator[tuple[Doc, Article]]:
        for article in articles:
            text = plain(article.text)
            doc = nlp.make_doc(text.text)
            doc._.plain = text
            doc._.published = article.published
            doc._.zones = [Zone(z.kind, *text.spot(z.start, z.end)) for z in article.zones]
            yield doc, article

    for batch in batches(docs()):
        if len(batch[0][0]) > AT_ONCE:
            [(doc, article)] = batch
            yield article, annotate_long(nlp, doc)
        else:
            yield from ((article, doc) for doc, article in nlp.pipe(batch, as_tuples=True))
