"""Running the examples that every rule carries."""

from __future__ import annotations

from spacy.language import Language

from pipeline.components.events.rules import Example, Rulebook
from pipeline.records import Event


def failing_examples(nlp: Language, book: Rulebook) -> list[str]:
    """Return one line for every example or counterexample that does not come out as written."""
    lines = []
    for rule in book.rules.values():
        for example in rule.examples:
            problem = _problem(nlp, rule.id, example)
            if problem:
                lines.append(f"{rule.id}: “{example.text}”: {problem}")
        for text in rule.counterexamples:
            if any(event.rule_id == rule.id for event in nlp(text)._.events):
                lines.append(f"{rule.id}: “{text}”: fires, but must not")
    return lines


def _problem(nlp: Language, rule_id: str, example: Example) -> str:
    doc = nlp(example.text)
    found = [
        event
        for event in doc._.events
        if event.rule_id == rule_id and doc.text[slice(*event.trigger)] == example.trigger
    ]
    if not found:
        others = ", ".join(
            f"{doc.text[slice(*event.trigger)]} ({event.rule_id})" for event in doc._.events
        )
        return f"no event at “{example.trigger}”; found: {others or 'none'}"
    return _difference(found[0], example)


def _difference(event: Event, example: Example) -> str:
    wanted = {
        "actors": (example.actors, [actor.name for actor in event.actors]),
        "recipients": (example.recipients, [recipient.name for recipient in event.recipients]),
        "factuality": (example.factuality, event.factuality),
        "stage": (example.stage, event.agreement_stage if event.agreement else example.stage),
    }
    return "; ".join(
        f"{slot} {got!r} instead of {want!r}"
        for slot, (want, got) in wanted.items()
        if want and want != got
    )
