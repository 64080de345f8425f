"""The spaCy component ``pacta_reader``: for every word, how likely it tells an act of each kind.

It gives evidence and decides nothing: ``doc._.reading`` holds probabilities, from which
``pacta_events`` and its decision draw the consequences.
"""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.reader.reading import Reading, read
from pipeline.language.extensions import register

__all__ = ["Reader", "Reading", "make_reader"]

FOLDER = "reader"
"""The reader's folder inside the language model's."""


class Reader:
    """Writes ``doc._.reading``. Needs sentence boundaries.

    Parameters
    ----------
    folder : Path
        The trained reader, see :class:`pipeline.components.reader.model.Model`.
    """

    def __init__(self, folder: Path) -> None:
        from pipeline.components.reader.model import Model

        register()
        self.model = Model(folder)

    def __call__(self, doc: Doc) -> Doc:
        doc._.reading = read(doc, self.model)
        return doc


@Language.factory(
    "pacta_reader",
    assigns=["doc._.reading"],
    requires=["token.is_sent_start"],
    default_config={"folder": None},
)
def make_reader(nlp: Language, name: str, folder: str | None) -> Reader:
    """Build the component; ``folder`` is another trained reader than the packaged one."""
    from pipeline.language import model_path

    return Reader(Path(folder) if folder else model_path() / FOLDER)
