"""Agreement mentions and ids, told by tables of one text and what must come out of it.

A mention is written in brackets with its id behind a bar: ``[ACSA|DEU-JPN:ACSA]``, ``[pact|]``
for one without id, ``[RAA|generic]`` for the class of such agreements. Countries are marked from
the country table, so that no trained model is needed.
"""

from __future__ import annotations

import re
import string
from functools import cache
from itertools import pairwise

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

import pipeline.components.agreements as agreements
from pipeline import gazetteers
from pipeline.components.agreements import knowledge
from pipeline.language import extensions
from pipeline.records import Agreement, Zone

BRACKETS = re.compile(r"\[([^\]|]+)\|([^\]]*)\]")


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    """A blank pipeline with the two components and countries from the country table."""
    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab)
    for country in gazetteers.countries():
        for label, names in (
            ("GPE", (country.name, *country.aliases)),
            ("NORP", country.demonyms),
        ):
            for name in names:
                matcher.add(label, [nlp.make_doc(name)])

    @spacy.Language.component("test_countries")
    def countries(doc: Doc) -> Doc:
        doc.ents = filter_spans(matcher(doc, as_spans=True))
        return doc

    nlp.add_pipe("test_countries")
    nlp.add_pipe("pacta_agreements")
    nlp.add_pipe("pacta_agreement_ids")
    return nlp


def marked(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a marked text into the plain text and its mentions with their ids."""
    return BRACKETS.sub(r"\1", text), BRACKETS.findall(text)


def found(doc: Doc) -> list[tuple[str, str]]:
    return [
        (span.text, "generic" if span._.agreement.generic else span._.agreement.agreement_id)
        for span in doc.spans[extensions.AGREEMENTS]
    ]


EXAMPLES = [
    pytest.param(text, id=f"{kind.type}-{i}")
    for kind in knowledge.load().types.values()
    for i, text in enumerate(kind.examples)
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_of_types(nlp: spacy.Language, text: str) -> None:
    plain, expected = marked(text)
    assert found(nlp(plain)) == expected


NAMES = [
    "Moscow left the [New START treaty|NEW-START] and the [CFE Treaty|CFE].",
    "It is bound by the [Treaty on the Non-Proliferation of Nuclear Weapons|NPT] ([NPT|NPT]).",
    "They cited the [United Nations Charter|UN-CHARTER] and the [UN Charter|UN-CHARTER].",
    "The [Trinity House Agreement|DEU-GBR:TRINITY-HOUSE] was a first step.",
    "Bahrain joined the [Abraham Accords|ABRAHAM-ACCORDS] later.",
    "Kyiv never liked the [Minsk agreements|MINSK-AGREEMENTS].",
    "Under [AUKUS|AUKUS], Australia will buy submarines.",
    "The North Atlantic Treaty Organization met in Vilnius.",
    "The [Compact of Free Association|COFA] pays for schools in Palau.",
    "The 1995 [PfP Status of Forces Agreement|PFP-SOFA] applies.",
    "Fiji signed the [Agreement on Marine Life of Areas beyond National Jurisdiction|BBNJ].",
    "Ecuador ratified the [High Seas Treaty|BBNJ] on Monday.",
]
SPANS = [
    # countries and nationalities before a title are mentions of their own
    "The Germany–Japan [Reciprocal Access Agreement|DEU-JPN:RAA] is new.",
    "The Turkish-Libyan [maritime border agreement|LBY-TUR:BORDER] is disputed.",
    # evaluation, number and year are no part of it
    "Chile and Fiji signed a landmark [trade deal|CHL-FJI:TRADE].",
    "The parties agreed to a 72-hour [ceasefire|SDN:CEASEFIRE] in Sudan.",
    # a title ends before its parties
    "The [Agreement on Cultural Cooperation|ESP-PRY:CULTURAL-COOPERATION] between Spain and "
    "Paraguay was signed.",
    # what it is about belongs to it
    "Ghana and Togo signed an [agreement on the protection of sea turtles|GHA-TGO:"
    "PROTECTION-SEA-TURTLES].",
    # "X (Y)" is two mentions
    "Malta and Cyprus signed a [Digital Identity Agreement|CYP-MLT:DIGITAL-IDENTITY] "
    "([DIA|CYP-MLT:DIGITAL-IDENTITY]). The [DIA|CYP-MLT:DIGITAL-IDENTITY] will run for years.",
]
REFERENCES = [
    "Peru and Chile signed an [extradition treaty|CHL-PER:EXTRADITION]. The [treaty|"
    "CHL-PER:EXTRADITION] enters into force in May.",
    "Norway announced a [free trade agreement|CHE-NOR:FTA] with Switzerland. Norway called the "
    "[deal|CHE-NOR:FTA] a success.",
    "Iran and Iraq agreed to end their border dispute. Both like the [agreement|IRN-IRQ:BORDER].",
    "Italy has an [ACSA|ITA-JPN:ACSA] with Japan. It signed an [ACSA|ITA-PHL:ACSA] with the "
    "Philippines too.",
    "Japan concluded the [RAA|generic] with Australia and the United Kingdom.",
    "Cyprus, Greece and Israel signed a [memorandum of understanding|CYP-GRC-ISR:MOU].",
    "India and Nepal signed a [memorandum of understanding on tourism|IND-NPL:MOU-TOURISM] and a "
    "[memorandum of understanding on rail freight|IND-NPL:MOU-RAIL-FREIGHT].",
    "The 2016 [ACSA|JPN-USA:ACSA:2016] between Japan and the United States replaced an older one.",
]
CEASEFIRES = [
    "Norway welcomed the [ceasefire|LBY:CEASEFIRE]. Fighting in Libya had gone on for months.",
    "Norway and Oman discussed the [truce|YEM:CEASEFIRE] in Yemen.",
    "The [ceasefire|ISR-LBN:CEASEFIRE] between Israel and Lebanon holds.",
    "The [agreement|KEN-PER:EXTRADITION] between Kenya and Peru on extradition was signed.",
    "Israel and Lebanon agreed to a [truce|ISR-LBN:CEASEFIRE] on Sunday.",
    "Norway praised Colombia for the [peace agreement|COL:PEACE] with the rebels.",
    # who agreed it, in one list and behind "with"; not where they met
    "Chad and Libya agreed a [ceasefire|LBY-TCD:CEASEFIRE] on Monday after talks in Peru.",
    "Chad agreed a [ceasefire|LBY-TCD:CEASEFIRE] with Libya. Libya kept the [truce|"
    "LBY-TCD:CEASEFIRE].",
    # go-betweens and those who report it are no parties
    "Oman said Chad and Libya extended the [truce|LBY-TCD:CEASEFIRE].",
    "Oman brokered a [ceasefire|LBY-TCD:CEASEFIRE] between Chad and Libya.",
    "Fighting in Chad went on. The [truce|TCD:CEASEFIRE] brokered by Oman and Qatar did not hold.",
    "Peace is far in Chad. They praised the mediating role of Oman in the [truce|TCD:CEASEFIRE].",
    # the fullest naming of the article counts for every mention
    "Chad broke the [truce|LBY-TCD:CEASEFIRE]. The [truce|LBY-TCD:CEASEFIRE] between Chad and "
    "Libya was two days old.",
    # those of the sentence before, where its own names nobody
    "Chad and Libya met. They signed a [peace deal|LBY-TCD:PEACE].",
]
CIRCUMSTANCES = [
    "Mali and Niger signed a [customs treaty|MLI-NER:CUSTOMS] on the final day of the summit.",
    "Mali and Niger signed a [customs treaty|MLI-NER:CUSTOMS] on the sidelines of the summit.",
    "Mali and Niger signed a [treaty on day care|MLI-NER:DAY-CARE] in Bamako.",
]
COUNTED = [
    "Mali and Niger signed three other [trade agreements|generic] on Monday.",
    "Mali signed several [economic deals|generic] with Niger.",
]
CALLED = [
    "Peru, Chile and Brazil signed the [Belem Declaration|BELEM-DECLARATION].",
    "Peru and Chile signed a [Trade Declaration|CHL-PER:JOINT-DECLARATION].",
]
NONE = [
    "They agree that more must be done.",
    "The ministers reached agreement that talks should go on.",
    "A third country may host it upon agreement of the parties.",
    "We must deal with this together, and that deals with it.",
    "They want to create a legal framework, and such an arrangement takes time.",
    "The airline signed a deal to buy 20 aircraft from a maker in France.",
    "Japan is a treaty ally of the United States.",
    "A majority is against a no-deal exit.",
    "The Chief of Protocol greeted the guests at the party convention.",
    "Congress passed the Convention on Cultural Property Implementation Act.",
    "The charter flight left for Canada.",
    "The Security Council adopted Resolution 2375.",
    "The strategy and the report speak of a partnership.",
]


@pytest.mark.parametrize(
    "text", [*NAMES, *SPANS, *REFERENCES, *CEASEFIRES, *CIRCUMSTANCES, *COUNTED, *CALLED, *NONE]
)
def test_mentions_and_ids(nlp: spacy.Language, text: str) -> None:
    plain, expected = marked(text)
    assert found(nlp(plain)) == expected


def test_a_declaration_keeps_its_name_as_id_and_has_the_type_of_declarations(
    nlp: spacy.Language,
) -> None:
    doc = nlp("Peru and Chile signed the Belem Declaration.")
    (span,) = doc.spans[extensions.AGREEMENTS]
    assert span._.agreement.agreement_type == "JOINT-DECLARATION"


def test_a_hyphenated_word_is_a_subject(nlp: spacy.Language) -> None:
    words = ["Chad", "and", "Libya", "signed", "a", "non-aggression", "pact", "."]
    doc = Doc(nlp.vocab, words=words)
    for _, component in nlp.pipeline:
        doc = component(doc)
    assert found(doc) == [("non-aggression pact", "LBY-TCD:NON-AGGRESSION")]


def test_overlapped_names_give_way(nlp: spacy.Language) -> None:
    doc = nlp.make_doc("The Germany–Japan NATO Status of Forces Agreement applies.")
    nato = doc.text.index("NATO")
    doc.ents = [
        doc.char_span(4, 11, label="GPE"),
        doc.char_span(12, 17, label="GPE"),
        doc.char_span(nato, nato + 4, label="ORG"),
    ]
    nlp.get_pipe("pacta_agreements")(doc)
    assert [ent.text for ent in doc.ents] == ["Germany", "Japan"]
    assert [span.label_ for span in doc.spans[extensions.AGREEMENTS]] == ["AGREEMENT"]


def test_a_year_in_a_title_is_no_date(nlp: spacy.Language) -> None:
    doc = nlp.make_doc("The Agreement on Aid in the 2023 Amended Plan between them is of 2024.")
    doc.spans[extensions.DATES] = [doc[6:7], doc[13:14]]
    nlp.get_pipe("pacta_agreements")(doc)
    assert [span.text for span in doc.spans[extensions.AGREEMENTS]] == [
        "Agreement on Aid in the 2023 Amended Plan"
    ]
    assert [span.text for span in doc.spans[extensions.DATES]] == ["2024"]


def test_nothing_in_zones(nlp: spacy.Language) -> None:
    doc = nlp.make_doc("Related News: the Minsk agreements. The Paris Agreement holds.")
    doc._.zones = [Zone("boilerplate", 0, 35)]
    doc = nlp.get_pipe("pacta_agreements")(doc)
    assert [span.text for span in doc.spans[extensions.AGREEMENTS]] == ["Paris Agreement"]


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        (["JPN", "AUS"], "AUS-JPN:RAA"),
        (["GBR", "JPN"], "GBR-JPN:RAA"),
        (["JPN"], ""),
        (["AUS", "GBR", "JPN"], ""),
        ([], ""),
    ],
)
def test_agreement_for_an_event(nlp: spacy.Language, parties: list[str], expected: str) -> None:
    doc = nlp("Japan concluded the RAA with Australia (2022) and then the United Kingdom (2023).")
    (span,) = doc.spans[extensions.AGREEMENTS]
    assert agreements.agreement_for(span, parties).agreement_id == expected


def test_agreement_for_another_pair(nlp: spacy.Language) -> None:
    doc = nlp("Germany and Japan will sign an ACSA.")
    (span,) = doc.spans[extensions.AGREEMENTS]
    ids = {
        pair: agreements.agreement_for(span, pair).agreement_id
        for pair in (("JPN", "IND"), ("DEU",), ("FRA", "GBR"), ("DEU", "FRA", "JPN"))
    }
    assert ids == {
        ("JPN", "IND"): "IND-JPN:ACSA",
        ("DEU",): "DEU-JPN:ACSA",
        ("FRA", "GBR"): "DEU-JPN:ACSA",
        ("DEU", "FRA", "JPN"): "DEU-JPN:ACSA",
    }


def test_agreement_for_keeps_treaties_that_stand_alone(nlp: spacy.Language) -> None:
    doc = nlp("France and Ghana spoke of the UN Charter.")
    (span,) = doc.spans[extensions.AGREEMENTS]
    own: Agreement = agreements.agreement_for(span, ["FRA", "GHA"])
    assert own.agreement_id == "UN-CHARTER"


def test_process_writes_nothing(nlp: spacy.Language) -> None:
    doc = nlp.make_doc("The Paris Agreement holds.")
    mentions = nlp.get_pipe("pacta_agreements").process(doc)
    assert [(m.start, m.end) for m in mentions] == [(1, 3)]
    assert extensions.AGREEMENTS not in doc.spans


VOCABULARY = """
the a of on to and between with Japan Germany agreement treaty RAA ( ) , . ’s “ ” deal pact build
Treaty Agreement Convention new sign signed New START UN Charter - –
"""
WORDS = st.sampled_from(["\n\n", *VOCABULARY.split()])


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25) | st.text(string.printable, max_size=60))
def test_any_text_gives_ordered_spans_without_overlap(text: list[str] | str) -> None:
    doc = _bare()(text if isinstance(text, str) else " ".join(text))
    spans: list[Span] = list(doc.spans[extensions.AGREEMENTS])
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(span.text.strip() for span in spans)


@cache
def _bare() -> spacy.Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("pacta_agreements")
    nlp.add_pipe("pacta_agreement_ids")
    return nlp
