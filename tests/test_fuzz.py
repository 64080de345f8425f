"""Any text and any bytes: nothing breaks, no article is lost, offsets hold.

A short run is part of the tests; ``make fuzz`` sets ``PACTA_FUZZ_SECONDS`` and goes on that long,
with more examples to a round, and says in the end how many there were.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Span
from spacy.util import filter_spans

from pipeline.articles import InputError, Source, find, read
from pipeline.articles.reading import read_metadata
from pipeline.filenames import file_stems
from pipeline.records import Article
from pipeline.running.shard import process_articles
from pipeline.tables import TABLES, typed

SECONDS = float(os.environ.get("PACTA_FUZZ_SECONDS", "0")) / 5
PLAIN = """Germany Japan Berlin Tokyo NATO EU U.S. Mr. Dr. Scholz Ann Lee's minister ministers
signed met agreed proposed visited condemned attacked will would may not never said the a an of on
in to with and or by from between both their its that which who agreement treaty pact ACSA RAA (RAA)
talks sanctions troops exercise Agreement Monday yesterday 2024 22 March 2+2 1990s last next year
week May $15 §5 12:30 By Related News"""
ODD = (
    "“ ” \" ' ’ ( ) [ ] , . ; : — – - ... ! ? / & % # * \n \n\n \t \u200b \u202e \ufeff \u00a0 "
    "é 日本 🤝 \x00 \x1b \ud800 ﬁ İ ß Ⅷ １２ \u0301"
)
WORDS = PLAIN.split() + ODD.split(" ")
PARTIES = """Germany|Japan's foreign minister|The United States and Chile|He|President Anna Smith|
NATO|the two countries|Kenyan troops|An army spokesman|the EU (European Union)|"Norway"|They"""
ACTS = """signed|have not signed|will meet|agreed to sign|is expected to ratify|visited|condemned|
attacked|called on|said it would sanction|met with|held talks with|sent aid to|, which invaded|
proposed to|was urged by|withdrew from|and|did not"""
THINGS = """the agreement|a treaty with Peru|France|the Defence Pact of 1998|its ACSA|an attack in
Tokyo|300 soldiers|the "Agreement on Trade" (AT)|the minister|talks|sanctions on Iran|Kyiv"""
TAILS = """|on Monday|in Berlin|on 22 March 2024|, he said|last year.|in the 1990s?|.|!”|until May;|
– “"""


def _one(choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from([" ".join(choice.split()) for choice in choices.split("|")])


SENTENCES = st.lists(
    st.one_of(_one(PARTIES), _one(ACTS), _one(THINGS), _one(TAILS), st.sampled_from(WORDS))
    | st.tuples(_one(PARTIES), _one(ACTS), _one(THINGS), _one(TAILS)).map(" ".join),
    max_size=40,
).map(" ".join)
TEXTS = st.one_of(
    SENTENCES,
    st.lists(st.sampled_from(WORDS), max_size=80).map(" ".join),
    st.text(max_size=300),
    st.lists(st.text(max_size=40), max_size=12).map("\n".join),
)
ENDINGS = ["txt", "md", "html", "json", "jsonl", "csv", "parquet", "txt.gz", "csv.gz", "jsonl.gz"]
FRAGMENTS = [
    b'{"text": "', b'"}', b"doc_id,text\n", b'a,"', b"\n", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x00", b"PAR1", b"<html><body><p>", b"</div>", b"---\n", b"\x1f\x8b\x08", b"[", b"]", b"\xc3",
    b"Germany signed the pact. ", b"\x93quote\x94", b"\\ud800", b"NaN", b"1e999",
]  # fmt: skip
BYTES = st.one_of(
    st.binary(max_size=400), st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(b"".join)
)


def _go_on(check: Callable[[], None], seen: Counter[str]) -> None:
    """Run a check once, or again and again for the time given."""
    end = time.monotonic() + SECONDS
    check()
    while time.monotonic() < end:
        check()
    if SECONDS:
        print(", ".join(f"{count:,} {what}" for what, count in seen.items()))


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples * 10 if SECONDS else examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def test_fuzz_text_through_the_whole_pipeline(nlp):
    seen: Counter[str] = Counter()

    @_settings(25)
    @given(texts=st.lists(TEXTS, min_size=1, max_size=4))
    def check(texts):
        rows = [{"text": text, "id": "", "date": "2024-03-24", "title": ""} for text in texts]
        articles = [read(Source(f"d{n}", "", "row", row=row)) for n, row in enumerate(rows)]
        for article in articles:
            # Only an empty text may fail: anything else would be a component that broke.
            assert article.status in ("ok", "skipped") or not article.text.strip()
            if article.status == "skipped":
                article.status = "ok"
        results = process_articles(nlp, articles)
        assert [result.document["doc_id"] for result in results] == [a.doc_id for a in articles]
        seen["texts"] += len(texts)
        seen["events"] += sum(len(result.events) for result in results)
        for article, result in zip(articles, results, strict=True):
            assert result.document["status"] == article.status, result.document["message"]
            _check_rows(article, result)

    _go_on(check, seen)


def test_fuzz_names_that_the_model_may_give(nlp):
    """The model may call anything a name; what follows it must live with that."""
    seen: Counter[str] = Counter()
    labels = st.sampled_from(("PERSON", "ORG", "GPE", "LOC", "NORP"))
    names = st.lists(st.tuples(st.integers(0, 199), st.integers(1, 3), labels), max_size=25)

    @_settings(25)
    @given(text=SENTENCES.filter(str.strip), names=names)
    def check(text, names):
        doc = nlp.tokenizer(text.encode("utf-8", "replace").decode())
        for name, component in nlp.pipeline:
            doc = component(doc)
            if name == "ner":
                spans = [Span(doc, i, min(i + n, len(doc)), k) for i, n, k in names if i < len(doc)]
                doc.ents = filter_spans(spans)
        seen["texts with any names"] += 1
        assert all(ent._.entity is not None for ent in doc.ents if ent.label_ == "PERSON")

    _go_on(check, seen)


def _check_rows(article: Article, result) -> None:
    text = article.text
    for row in result.mentions:
        start, end = int(row["start"]), int(row["end"])
        assert 0 <= start < end <= len(text)
        assert text[start:end] == row["text"]
        assert not any(zone.start <= start < zone.end for zone in article.zones)
        typed(TABLES["mentions"], row)
    for row in result.events:
        start, end = int(row["trigger_start"]), int(row["trigger_end"])
        assert text[start:end] == row["trigger"] != ""
        assert int(row["evidence_start"]) <= start < end <= int(row["evidence_end"])
        assert not any(zone.start <= start < zone.end for zone in article.zones)
        assert row["actors"]
        typed(TABLES["events"], row)
    for rows, name in ((result.mentions, "mention_id"), (result.events, "event_id")):
        assert len({row[name] for row in rows}) == len(rows)


TABLE = st.lists(
    st.sampled_from(["doc_id", "published", "title", ",", '"', "\n", "\r", "2024-02-30", "a", "²",
                     "\u2028", "\x85", "\x0c", "\ufeff", "\x00", ";", "\t", "x" * 70_000, "é"])
    | st.text(max_size=9),
    max_size=40,
).map("".join)  # fmt: skip
FRONT = st.lists(
    st.sampled_from(["---\n", "...\n", "title: ", "date: ", "2024-02-30", "2024-03-22", "[", "{",
                     ": ", "- ", "&a ", "*a ", "!!python/name:os ", "\n", "  ", "'", '"', "|",
                     "\t", "²"])
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9),
    max_size=40,
).map("".join)  # fmt: skip


def test_fuzz_metadata_and_ids():
    seen: Counter[str] = Counter()

    @_settings(60)
    @given(table=TABLE.map(str.encode) | BYTES)
    def check(table):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "metadata.csv"
            path.write_bytes(b"doc_id,published,title\n" + table)
            seen["metadata tables"] += 1
            try:
                known = read_metadata(path)
            except InputError:
                return
            stems = file_stems(known)
            seen["ids"] += len(stems)
            for stem in stems.values():
                (Path(folder) / stem).touch()
            assert len(list(Path(folder).iterdir())) == len(stems) + 1

    _go_on(check, seen)


def test_fuzz_front_matter():
    seen: Counter[str] = Counter()

    @_settings(60)
    @given(front=FRONT)
    def check(front):
        data = f"---\n{front}\n---\nNorway and Iceland signed a treaty.".encode("utf-8", "replace")
        article = read(Source("a", "a.md", "markdown", data=data))
        seen["front matters"] += 1
        assert article.status in ("ok", "skipped"), article.message
        assert "\n" not in article.message

    _go_on(check, seen)


def test_fuzz_bytes_of_files():
    seen: Counter[str] = Counter()

    @_settings(150)
    @given(data=BYTES, ending=st.sampled_from(ENDINGS), packed=st.booleans())
    def check(data, ending, packed):
        if ending.endswith(".gz") and packed:
            data = gzip.compress(data)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"file.{ending}").write_bytes(data)
            try:
                articles = [read(source) for source in find([folder])]
            except InputError:
                return  # Parquet without pyarrow ends the run with one line.
        assert articles
        seen["files"] += 1
        seen["articles"] += len(articles)
        for article in articles:
            assert article.status in ("ok", "skipped", "failed")
            assert bool(article.message) or article.status == "ok"
            assert "\n" not in article.message
            assert all(0 <= z.start < z.end <= len(article.text) for z in article.zones)
            article.text.encode("utf-8")

    _go_on(check, seen)
