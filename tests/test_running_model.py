"""The trained pipeline under the run: rows do not depend on what else is in a shard."""

from __future__ import annotations

from dataclasses import asdict

from pipeline.articles import find, read
from pipeline.running.shard import process_articles


def test_rows_do_not_depend_on_the_shard(nlp, corpus):
    """Resuming bundles articles anew, so a result must be that of the article alone."""
    articles = [read(source) for source in find([corpus / "articles"])]
    together = [asdict(result) for result in process_articles(nlp, articles)]
    alone = [asdict(process_articles(nlp, [article])[0]) for article in articles]
    turned = [asdict(result) for result in process_articles(nlp, articles[::-1])][::-1]
    assert together == alone == turned
    assert all(result["events"] and result["mentions"] for result in together)


def test_the_vocabulary_does_not_grow(nlp, corpus):
    articles = [read(source) for source in find([corpus / "articles"])]
    process_articles(nlp, articles)
    size = len(nlp.vocab.strings)
    for article in articles:
        article.text = article.text.replace("Germany", "Zubrowka").replace("Japan", "Ruritania")
    process_articles(nlp, articles)
    assert len(nlp.vocab.strings) == size
