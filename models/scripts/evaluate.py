"""All figures of the model from one run: prints tables and writes metrics.json.

    python scripts/evaluate.py MODEL ASSETS --out metrics.json [--articles NAME TEXTS GOLD]...

ASSETS holds ud/test-*.conllu, ner/test-*.jsonl and throughput/*.jsonl; every ``--articles`` is a
name for the figures, a folder of article texts and the folder of their gold files.

How the figures are computed
----------------------------
UD: the raw text of each test document (sentences joined by a blank, paragraphs by a newline) goes
through the whole pipeline; nothing of the gold tokenisation is used. System tokens and gold words
count as aligned when they cover the same characters. Every figure is an F1 of aligned and correct
words over all system and all gold words, so that wrong tokens lower every figure; dependency
labels are compared with their subtypes. Words of a multiword token that cannot be laid over its
characters count as missed. Names: exact span and label. On the open test sets GPE, LOC and FAC are
one label, PLACE; on the articles the five labels stay apart and predictions inside annotated zones
(boilerplate, duplicates) are not counted. Case: every line of the articles, or every headline-like
line (no final punctuation, 3 to 20 words), is set in Title Case or capitals while the text around
it stays as it is; only mentions inside these lines count. Speed: one process, one thread; words
are what stands between blanks.
"""

import argparse
import collections
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import spacy  # noqa: E402
from augment import SMALL_WORDS  # noqa: E402
from prepare_ud import Sentence, read_conllu  # noqa: E402
from spacy.language import Language  # noqa: E402

PLACE = {"GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE"}
TEST_LABELS = {"PERSON", "ORG", "PLACE", "NORP"}
ARTICLE_LABELS = {"PERSON", "ORG", "GPE", "LOC", "NORP"}
SPEED_WORDS = 60_000
Entity = tuple[int, int, str]


class Counts:
    """True positives, predictions and gold items, over all and per label."""

    def __init__(self) -> None:
        self.correct: collections.Counter = collections.Counter()
        self.predicted: collections.Counter = collections.Counter()
        self.gold: collections.Counter = collections.Counter()

    def add(self, predicted: set[Entity], gold: set[Entity]) -> None:
        for counter, items in (
            (self.correct, predicted & gold),
            (self.predicted, predicted),
            (self.gold, gold),
        ):
            counter.update(label for *_, label in items)

    def figures(self) -> dict:
        out = {"all": _prf(self.correct.total(), self.predicted.total(), self.gold.total())}
        for label in sorted(self.gold | self.predicted):
            out[label] = _prf(self.correct[label], self.predicted[label], self.gold[label])
        return out


def _prf(correct: int, predicted: int, gold: int) -> dict:
    precision = correct / predicted if predicted else 0.0
    recall = correct / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
    return {"p": round(precision, 4), "r": round(recall, 4), "f": round(f1, 4), "gold": gold}


# ---------------------------------------------------------------- UD


def documents(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    run: list[Sentence] = []
    for sentence in sentences:
        if sentence.new_doc and run:
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


def lay_out(run: list[Sentence]) -> tuple[str, list[tuple], list[tuple[int, int]]]:
    """Raw text of a document, its gold words (start, end, row, head span), its sentence spans."""
    text, words, sentence_spans = "", [], []
    for sentence in run:
        if text:
            text += "\n" if sentence.new_par else " "
        base, at, spans = len(text), 0, []
        text += sentence.text
        for row in sentence.rows:
            form = row[1]
            found = sentence.text.find(form, at)
            gap = sentence.text[at:found] if found >= 0 else "x"
            if gap.strip():
                spans.append(None)  # a word that the surface does not show
                continue
            spans.append((base + found, base + found + len(form)))
            at = found + len(form)
        for row, span in zip(sentence.rows, spans, strict=True):
            head = int(row[6])
            words.append((span, row, None if head == 0 else spans[head - 1] or "lost"))
        stripped = sentence.text.strip()
        if stripped:
            start = base + sentence.text.index(stripped)
            sentence_spans.append((start, start + len(stripped)))
    return text, words, sentence_spans


def evaluate_ud(nlp: Language, path: Path) -> dict:
    hits: collections.Counter = collections.Counter()
    n_gold = n_system = s_gold = s_system = s_hits = 0
    laid = [lay_out(run) for run in documents(read_conllu(path))]
    for (_, words, sentences), doc in zip(laid, nlp.pipe(text for text, *_ in laid), strict=True):
        tokens = {(t.idx, t.idx + len(t)): t for t in doc if not t.is_space}
        n_gold += len(words)
        n_system += len(tokens)
        for span, row, head in words:
            token = tokens.get(span)
            if token is None:
                continue
            hits["tokens"] += 1
            hits["upos"] += token.pos_ == row[3]
            hits["xpos"] += token.tag_ == row[4]
            hits["feats"] += (str(token.morph) or "_") == row[5]
            hits["lemma"] += token.lemma_ == row[2]
            is_root = token.head.i == token.i
            system_head = None if is_root else (token.head.idx, token.head.idx + len(token.head))
            if system_head == head:
                hits["uas"] += 1
                hits["las"] += (token.dep_.lower() if is_root else token.dep_) == row[7]
        system_sentences = set()
        for sent in doc.sents:
            inner = [t for t in sent if not t.is_space]
            if inner:
                system_sentences.add((inner[0].idx, inner[-1].idx + len(inner[-1])))
        s_gold += len(sentences)
        s_system += len(system_sentences)
        s_hits += len(system_sentences & set(sentences))
    out = {
        name: _prf(hits[name], n_system, n_gold)["f"]
        for name in ("tokens", "upos", "xpos", "feats", "lemma", "uas", "las")
    }
    out["sentences"] = _prf(s_hits, s_system, s_gold)["f"]
    out["words"] = n_gold
    return out


# ---------------------------------------------------------------- names


def evaluate_ner(nlp: Language, path: Path) -> dict:
    counts = Counts()
    records = [json.loads(line) for line in path.open(encoding="utf8")]
    for record, doc in zip(records, nlp.pipe(r["text"] for r in records), strict=True):
        gold = {(a, b, PLACE.get(label, label)) for a, b, _, label in record["ents"]}
        found = {(e.start_char, e.end_char, PLACE.get(e.label_, e.label_)) for e in doc.ents}
        counts.add(*({item for item in side if item[2] in TEST_LABELS} for side in (found, gold)))
    return counts.figures()


def read_articles(texts: Path, golds: Path) -> list[tuple[str, dict]]:
    out = []
    for path in sorted(golds.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf8"))
        out.append(((texts / f"{path.stem}.txt").read_text(encoding="utf8"), gold))
    return out


def gold_entities(gold: dict) -> set[Entity]:
    return {
        (m["start"], m["end"], m["label"]) for m in gold["mentions"] if m["label"] in ARTICLE_LABELS
    }


def outside_zones(found: Iterable[Entity], gold: dict) -> set[Entity]:
    zones = [(z["start"], z["end"]) for z in gold["zones"]]
    return {e for e in found if not any(a < e[1] and e[0] < b for a, b in zones)}


def found_entities(doc) -> set[Entity]:
    return {(e.start_char, e.end_char, e.label_) for e in doc.ents}


def evaluate_articles(nlp: Language, articles: list[tuple[str, dict]]) -> dict:
    counts = Counts()
    for (_, gold), doc in zip(articles, nlp.pipe(text for text, _ in articles), strict=True):
        counts.add(outside_zones(found_entities(doc), gold), gold_entities(gold))
    return counts.figures()


def title_case(line: str) -> str:
    words = line.split(" ")
    return " ".join(
        word if i and word.lower() in SMALL_WORDS else word[:1].upper() + word[1:]
        for i, word in enumerate(words)
    )


def all_caps(line: str) -> str:
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in line)


def line_spans(text: str, wanted: Callable[[str], bool]) -> list[tuple[int, int]]:
    out, at = [], 0
    for line in text.split("\n"):
        if wanted(line):
            out.append((at, at + len(line)))
        at += len(line) + 1
    return out


def headline_like(line: str) -> bool:
    return 3 <= len(line.split()) <= 20 and line.strip()[-1] not in '.!?:;,”"’)'


def evaluate_case(nlp: Language, articles: list[tuple[str, dict]]) -> dict:
    """Entity F on the same lines as they are, in Title Case and in capitals."""
    out = {}
    for scope, wanted in (
        ("headlines", headline_like),
        ("all lines", lambda line: bool(line.strip())),
    ):
        for form, change in (("normal", str), ("title", title_case), ("caps", all_caps)):
            counts = Counts()
            changed, spans = [], []
            for text, _ in articles:
                spans.append(line_spans(text, wanted))
                for start, end in spans[-1]:
                    text = text[:start] + change(text[start:end]) + text[end:]
                changed.append(text)
            for (_, gold), doc, inside in zip(articles, nlp.pipe(changed), spans, strict=True):
                sides = [
                    {e for e in side if any(a <= e[0] and e[1] <= b for a, b in inside)}
                    for side in (outside_zones(found_entities(doc), gold), gold_entities(gold))
                ]
                counts.add(*sides)
            out.setdefault(scope, {})[form] = counts.figures()["all"]
    return out


# ---------------------------------------------------------------- speed and size


def evaluate_speed(nlp: Language, model: Path, path: Path) -> dict:
    texts, words = [], 0
    for line in path.open(encoding="utf8"):
        texts.append(json.loads(line)["text"])
        words += len(texts[-1].split())
        if words >= SPEED_WORDS:
            break

    def rates(pipeline: Language) -> tuple[int, int]:
        """Words per second of the clock and of the processor, medians of three runs."""
        wall, cpu = [], []
        for _ in range(3):
            clock, processor = time.perf_counter(), time.process_time()
            collections.deque(pipeline.pipe(texts, batch_size=32), maxlen=0)
            wall.append(words / (time.perf_counter() - clock))
            cpu.append(words / (time.process_time() - processor))
        return round(statistics.median(wall)), round(statistics.median(cpu))

    code = (
        "import time; a = time.perf_counter(), time.process_time(); import spacy;"
        "b = time.perf_counter(), time.process_time();"
        f"spacy.load({str(model)!r}); c = time.perf_counter(), time.process_time();"
        "print(b[0] - a[0], c[0] - b[0], c[1] - b[1])"
    )
    loads = [
        [float(x) for x in subprocess.check_output([sys.executable, "-c", code]).split()]
        for _ in range(3)
    ]
    import_wall, load_wall, load_cpu = (
        round(statistics.median(column), 2) for column in zip(*loads, strict=True)
    )
    (whole_wall, whole_cpu), (blank_wall, blank_cpu) = rates(nlp), rates(spacy.blank("en"))
    return {
        "words": words,
        "pipeline_words_per_second": whole_wall,
        "pipeline_words_per_cpu_second": whole_cpu,
        "blank_en_words_per_second": blank_wall,
        "blank_en_words_per_cpu_second": blank_cpu,
        "import_spacy_seconds": import_wall,
        "load_seconds": load_wall,
        "load_cpu_seconds": load_cpu,
        "size_mb": round(sum(f.stat().st_size for f in model.rglob("*") if f.is_file()) / 1e6, 2),
        "load_average_of_the_machine": round(os.getloadavg()[0], 1),
    }


# ---------------------------------------------------------------- report


def table(title: str, rows: list[list]) -> None:
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    print(f"\n{title}")
    for row in rows:
        print(
            "  "
            + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        )


def report(metrics: dict) -> None:
    names = ["tokens", "sentences", "upos", "xpos", "feats", "lemma", "uas", "las"]
    if metrics["ud"]:
        table(
            "UD English, raw text (F1)",
            [["test set", *names]]
            + [
                [name, *(f"{figures[n]:.3f}" for n in names)]
                for name, figures in metrics["ud"].items()
            ],
        )
    for name, figures in {**metrics["ner"], **metrics["articles"]}.items():
        table(
            f"Names: {name}",
            [["label", "P", "R", "F", "gold"]]
            + [[label, *(f"{f[k]:.3f}" for k in "prf"), f["gold"]] for label, f in figures.items()],
        )
    for scope, forms in metrics["case"].items():
        table(f"Names by case: {scope}", [list(forms), [f"{f['f']:.3f}" for f in forms.values()]])
    if metrics["speed"]:
        table("Speed (one core) and size", [list(item) for item in metrics["speed"].items()])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("assets", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--articles", nargs=3, action="append", default=[], metavar=("NAME", "TEXTS", "GOLD")
    )
    parser.add_argument("--no-speed", action="store_true")
    args = parser.parse_args()
    nlp = spacy.load(args.model)
    metrics: dict = {
        "model": nlp.meta["name"],
        "version": nlp.meta["version"],
        "ud": {},
        "ner": {},
        "articles": {},
        "case": {},
        "speed": {},
    }
    if nlp.has_pipe("parser"):
        for path in sorted((args.assets / "ud").glob("test-*.conllu")):
            metrics["ud"][path.stem.removeprefix("test-")] = evaluate_ud(nlp, path)
    if nlp.has_pipe("ner"):
        for path in sorted((args.assets / "ner").glob("test-*.jsonl")):
            metrics["ner"][path.stem.removeprefix("test-")] = evaluate_ner(nlp, path)
        if args.articles:
            groups = {
                name: read_articles(Path(texts), Path(golds))
                for name, texts, golds in args.articles
            }
            everything = [article for group in groups.values() for article in group]
            if len(groups) > 1:
                groups["all"] = everything
            metrics["articles"] = {
                name: evaluate_articles(nlp, group) for name, group in groups.items()
            }
            metrics["case"] = evaluate_case(nlp, everything)
    releases = args.assets / "throughput" / "state-press-releases.jsonl"
    if releases.exists() and not args.no_speed:
        metrics["speed"] = evaluate_speed(nlp, args.model, releases)
        metrics["machine"] = {
            "python": platform.python_version(),
            "spacy": spacy.__version__,
            "processor": platform.machine(),
        }
    report(metrics)
    if args.out:
        args.out.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
