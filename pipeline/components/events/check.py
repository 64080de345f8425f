"""Running the examples that every rule carries."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.events import Events
from pipeline.components.events.explain import Words, analysis
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
            doc = nlp(text)
            fired = [event for event in doc._.events if event.rule_id == rule.id]
            if fired:
                words = ", ".join(f"“{text[slice(*event.trigger)]}”" for event in fired)
                lines.append(f"{rule.id}: “{text}”: fires on {words}, but must not")
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
        why = "; ".join(_reasons(nlp, doc, rule_id, example.trigger))
        return f"no event at “{example.trigger}”; found: {others or 'none'}\n    {why}"
    return _difference(found[0], example)


def _reasons(nlp: Language, doc: Doc, rule_id: str, trigger: str) -> Iterator[str]:
    """Yield why a rule made no event of the word that an example gives as its trigger."""
    tokens = [token for token in doc if token.text == trigger]
    if not tokens:
        yield f"“{trigger}” is no word of the example"
    component = nlp.get_pipe("pacta_events")
    assert isinstance(component, Events)
    told = Words(doc, component)
    for token in tokens:
        found = list(told.of(token))
        own = [line for line in found if rule_id in line.split()]
        rival = f"another rule made the event; {rule_id} is tried after it"
        yield f"“{token.text}” is {analysis(token)}"
        yield "; ".join(own or found or [rival])


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
