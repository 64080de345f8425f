"""Make a trained pipeline small enough to travel: fewer strings, a narrower table of vectors."""

import numpy as np
import srsly
from spacy.language import Language
from spacy.vectors import Vectors


def needed_strings(nlp: Language) -> list[str]:
    """What labels, features, edit trees and the tokenizer refer to, without the training texts.

    A string that a text brings is added again when it is met.
    """
    store = nlp.vocab.strings
    needed: set[str] = set()
    for name, pipe in nlp.pipeline:
        if hasattr(pipe, "trees"):
            for tree in srsly.msgpack_loads(pipe.trees.to_bytes())["trees"]:
                needed.update(store[tree[side]] for side in ("orig", "subst") if side in tree)
        else:
            needed.update(getattr(pipe, "labels", ()))
        if name == "morphologizer":
            needed.update(pipe.cfg["labels_morph"].values())
    # the parser joins labels ("a||b"), features come as "A=b|C=d"
    parts = {part for string in needed for part in (*string.split("||"), *string.split("|"))}
    return sorted(needed | parts | set(Language(vocab=True).vocab.strings) | _lexicon(nlp))


def _lexicon(nlp: Language) -> set[str]:
    """Strings of the tokenizer's exceptions, with their norms."""
    out = set()
    for text, pieces in nlp.tokenizer.rules.items():
        out.add(text)
        for piece in pieces:
            out.update(value for value in piece.values() if isinstance(value, str))
    return out


def narrow_vectors(nlp: Language, width: int) -> float:
    """Project the floret table to ``width`` dimensions and the layers that read it with it.

    Layers read a vector v as Wv. Of all projections the one is taken that changes these products
    least over the table: the leading right singular vectors of WL, where LL' is the table's second
    moment. Returns the share of the products' energy that is lost.
    """
    vectors = nlp.vocab.vectors
    readers = [
        node
        for _, pipe in nlp.pipeline
        for node in (pipe.model.walk() if hasattr(pipe, "model") else ())
        if node.name == "static_vectors"
    ]
    table = vectors.data.astype("float64")
    moment = np.linalg.cholesky(table.T @ table / len(table))
    weights = np.vstack([reader.get_param("W") for reader in readers]).astype("float64")
    _, values, right = np.linalg.svd(weights @ moment, full_matrices=False)
    basis = moment @ right[:width].T
    for reader in readers:
        reader.set_param("W", (reader.get_param("W") @ basis).astype("float32"))
        reader._dims["nM"] = width  # thinc has no public way to change a size once set
    projection = np.linalg.inv(moment).T @ right[:width].T
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings,
        data=(table @ projection).astype("float32"),
        name=vectors.name,
        mode="floret",
        minn=vectors.minn,
        maxn=vectors.maxn,
        hash_count=vectors.hash_count,
        hash_seed=vectors.hash_seed,
        bow=vectors.bow,
        eow=vectors.eow,
        attr=vectors.attr,
    )
    return float((values[width:] ** 2).sum() / (values**2).sum())
