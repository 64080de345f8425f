"""Join the two trained pipelines into one and give it its name, licence and sources.

    python scripts/assemble.py SYNTAX_MODEL NER_MODEL OUT [--version 1.0.0]

The names keep a token-to-vector layer of their own, which becomes a part of the ``ner`` component.
"""

import argparse
import json
from pathlib import Path

import spacy
import yaml
from compact import narrow_vectors, needed_strings
from spacy.language import Language
from tokenizer import customize

HERE = Path(__file__).parent
VECTOR_WIDTH = 56


def join(syntax: Language, ner: Language) -> Language:
    """Put the ``ner`` of one pipeline before the other's taggers; both must have the same vectors.

    Before the parser, so that no name is cut where the parser wrongly ends a sentence (wikigold
    0.799 behind it, 0.807 before it).
    """
    ner.replace_listeners("tok2vec", "ner", ["model.tok2vec"])
    syntax.add_pipe("ner", source=ner, after="tok2vec")
    return syntax


def describe(nlp: Language, version: str) -> None:
    """Fill in the metadata, from ``sources.yaml``, and forget the paths of the training
    machine."""
    sources = yaml.safe_load((HERE.parent / "sources.yaml").read_text(encoding="utf8"))
    nlp.meta.update(
        name="pacta",
        version=version,
        description="English news: UD parse, tags, lemmas and names",
        author="The Pacta project",
        url="",
        license=sources["model_licence"],
        sources=[
            {key: source[key] for key in ("name", "url", "license") if key in source}
            for source in sources["sources"]
        ],
    )
    nlp.meta["performance"] = {}  # figures are in metrics.json, of the whole pipeline
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])
    nlp.config["initialize"]["before_init"] = None
    nlp.config["corpora"] = {}
    nlp.config["training"] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("syntax", type=Path)
    parser.add_argument("ner", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--version", default="1.0.0")
    args = parser.parse_args()
    nlp = customize(join(spacy.load(args.syntax), spacy.load(args.ner)))
    print(f"energy lost with the vectors: {narrow_vectors(nlp, VECTOR_WIDTH):.4f}")
    describe(nlp, args.version)
    nlp.to_disk(args.out)
    strings = json.dumps(needed_strings(nlp), ensure_ascii=False)
    (args.out / "vocab" / "strings.json").write_text(strings, encoding="utf8")
    meta = json.loads((args.out / "meta.json").read_text(encoding="utf8"))
    print(meta["lang"], meta["name"], meta["version"], meta["pipeline"])


if __name__ == "__main__":
    main()
