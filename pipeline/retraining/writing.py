"""Proposals as YAML like hand-written rules, with their provenance as comments above each."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipeline.evaluation.rules import wilson
from pipeline.retraining.book import Count
from pipeline.retraining.repairs import Repair
from pipeline.retraining.selection import Proposal
from pipeline.retraining.shapes import Seed

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.components.events.rules import Example, Rule

EXAMPLES = 2
LONGEST = 40
"""Words that an example may have."""


def proposals_yaml(proposals: Iterable[Proposal], nlp: Language | None = None) -> str:
    """New rules as the text of a rule file.

    Parameters
    ----------
    proposals : iterable of Proposal
        What was kept.
    nlp : Language, optional
        A pipeline with the new rules; with it sentences of the gold are taken as examples, as
        far as the rule reads them rightly out of their article.
    """
    texts = []
    for proposal in proposals:
        rule = proposal.rule
        if nlp is not None:
            rule = rule.model_copy(update={"examples": examples(proposal, nlp)})
        texts.append(_comment(_provenance(proposal)) + _record(rule))
    return "\n".join(texts)


def repairs_yaml(repairs: Iterable[Repair]) -> str:
    """Changed and retired rules as the text of a rule file that overrides them by id."""
    texts = []
    for repair in repairs:
        what = f"{repair.rule.id}: {repair.what}. On articles left out this took away "
        what += f"{repair.spared.false} false alarms and {repair.spared.hits} right events."
        seen = f"False alarms in: {', '.join(repair.documents)}"
        record = {"id": repair.rule.id, "off": True} if repair.rule.off else None
        body = _dumped([record]) if record else _record(repair.rule)
        texts.append(_comment([what, seen]) + body)
    return "\n".join(texts)


def precision(count: Count) -> str:
    """Right and wrong events and the precision with its interval, in words."""
    if not count.found:
        return "no event on articles left out"
    low, high = wilson(count.hits, count.found)
    share = f"precision {count.precision:.2f}, 95 % interval {low:.2f}–{high:.2f}"
    return f"{count.found} events on articles left out, {count.hits} right ({share})"


def examples(proposal: Proposal, nlp: Language) -> list[Example]:
    """Sentences of missed events that the rule reads rightly by themselves, the shortest first."""
    from pipeline.components.events.rules import Example

    rule = proposal.rule
    found: list[Example] = []
    seeds = [seed for _, own in sorted(proposal.draft.lemmas.items()) for seed in own.seeds]
    for seed in sorted(seeds, key=lambda seed: (len(seed.token.sent), seed.event.id)):
        text = " ".join(seed.token.sent.text.split())
        if len(found) == EXAMPLES or len(text.split()) > LONGEST:
            break
        event = next(
            (
                event
                for event in _read(nlp, text, seed)
                if event.rule_id == rule.id and text[slice(*event.trigger)] == seed.token.text
            ),
            None,
        )
        if event is not None:
            found.append(
                Example(
                    text=text,
                    trigger=seed.token.text,
                    actors=[actor.name for actor in event.actors],
                    recipients=[one.name for one in event.recipients],
                )
            )
    return found


def _read(nlp: Language, text: str, seed: Seed) -> list[Any]:
    doc = nlp.make_doc(text)
    published = seed.reading.gold.published
    doc._.published = datetime.date.fromisoformat(published) if published else None
    return nlp(doc)._.events


def _provenance(proposal: Proposal) -> list[str]:
    lines = []
    if proposal.support:
        articles = ", ".join(proposal.documents)
        lines.append(f"Learnt from {proposal.support} missed events in {articles}.")
    kin = sorted(lemma for lemma, own in proposal.draft.lemmas.items() if not own.seeds)
    if kin:
        lines.append(f"Kin to triggers of the rules, without a missed event: {', '.join(kin)}.")
    return [*lines, f"{precision(proposal.left_out).capitalize()}."]


def _comment(lines: Iterable[str]) -> str:
    import textwrap

    wrapped = (part for line in lines for part in textwrap.wrap(line, 96))
    return "".join(f"# {line}\n" for line in wrapped)


def _record(rule: Rule) -> str:
    """A rule with the fields that say something, in the order of the schema."""
    return _dumped([rule.model_dump(exclude_defaults=True)])


def _dumped(records: list[dict[str, Any]]) -> str:
    import yaml

    return yaml.safe_dump(
        records, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
