"""Fit the decision of rule and reader on articles that the reader of their fold has not seen.

    python -m scripts.reader.decide GOLD.jsonl decision.json --readers FOLDER… \
        --articles TEXTS GOLD …

``--readers`` are exported students, the k-th trained with ``--fold K N``; ``GOLD.jsonl`` the lines
they were trained from, whose order tells the folds. Of these the articles of ``--articles`` count.
"""

import argparse
from pathlib import Path

from scripts.reader.network import read_lines

from pipeline.components.reader.model import Model
from pipeline.evaluation import formats
from pipeline.evaluation.calibration import ranking, reliability
from pipeline.evaluation.deciding import article_of, fit, fit_parties, to_json
from pipeline.evaluation.reading import read, rules_of
from pipeline.language import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--readers", type=Path, nargs="+", required=True)
    parser.add_argument("--folds", type=int, help="of how many folds these readers are the first")
    parser.add_argument("--test", nargs="*", default=[], help="parts never trained on")
    parser.add_argument(
        "--articles", type=Path, nargs=2, action="append", required=True, metavar=("TEXTS", "GOLD")
    )
    args = parser.parse_args()
    documents, texts = {}, {}
    for articles, gold in args.articles:
        read_documents, read_texts = formats.read_gold([gold], articles)
        documents |= {document.doc_id: document for document in read_documents}
        texts |= read_texts
    order = [line["doc"] for line in read_lines(args.gold) if line["part"] not in args.test]
    nlp = load()
    book, factuality = rules_of(nlp)
    readings = []
    folds = args.folds or len(args.readers)
    for k, folder in enumerate(args.readers):
        nlp.get_pipe("pacta_reader").model = Model(folder)
        fold = [documents[doc] for doc in order[k::folds] if doc in documents]
        readings += read(nlp, fold, texts)
    # First the parties, then, with these, which events stand.
    parties = fit_parties([article_of(one, book, factuality) for one in readings])
    fitted = fit([article_of(one, book, factuality, parties) for one in readings])
    args.out.write_text(to_json(fitted.decision), encoding="utf-8")
    sure, right = zip(*fitted.stands, strict=True)
    found = len(right)
    print(
        f"articles left out: F1 {fitted.f1:.3f}, precision {sum(right) / found:.3f}, "
        f"recall {sum(right) / fitted.gold:.3f}, ROC {ranking(sure, right)}, "
        f"threshold {fitted.decision.threshold}"
    )
    for row in reliability(sure, right):
        print(row)
    for name, weight in sorted(fitted.decision.weights.items(), key=lambda w: -abs(w[1])):
        print(f"  {weight:+.2f}  {name}")


if __name__ == "__main__":
    main()
