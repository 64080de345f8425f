"""Words of force in other senses: sport, business, debate, law; and the same words in earnest."""

from __future__ import annotations

import pytest
from marked_docs import marked_doc

from pipeline import resources
from pipeline.components.events import senses
from pipeline.components.events.rules import load_rules
from pipeline.components.events.senses import Senses, sense_words
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality
from pipeline.resources import KnowledgeError

FORCE = {"ASSAULT", "COERCE", "MOBILIZE"}
GAMES = [
    "Iceland crushed Hungary in the semi-final in Riga.",
    "Ecuador hit Bolivia with an early goal.",
    "Finland stormed to victory over Latvia.",
    "Ivory Coast ambushed Ghana in the 23rd minute.",
    "India battled Pakistan in the Asia Cup.",
    "Portugal routed Albania 5-0 on Sunday.",
    "Greece thrashed Malta.",
    "The clash between Serbia and Croatia ended in a draw.",
    "The Danish attack scored two goals against Norway.",
    "Japan captured the title in Doha.",
    "Kenya seized control of the race on the last lap.",
    "Poland destroyed Peru in the volleyball tournament.",
    "Tunisia shot down Egypt in the World Cup qualifier.",
    "Germany bombarded the Spanish goal in the second half.",
]
MARKETS = [
    "Samsung attacked Apple with low prices in India.",
    "Lufthansa declared war on Ryanair over fares.",
    "A price war between Kenya and Uganda began.",
    "The battle between Toyota and Nissan went on in Brazil.",
    "Dutch tourists invaded Norway.",
    "The film bombed in China.",
]
DEBATES = [
    "Austria shot down Hungary's proposal.",
    "Austria torpedoed the Hungarian plan.",
    "Peru's minister destroyed the Chilean argument.",
    "A court battle between Chad and Niger began.",
    "The war of words between France and Italy went on.",
    "Conservatives and Liberals battled at the polls in Canada.",
    "Chad and Niger fought a court war over the oil field.",
    "Mexico declared war on sugar.",
    "Georgia bombarded Armenia with complaints.",
    "Chad fought Niger over tariffs.",
    "Norway stormed out of the room.",
]
EARNEST = [
    ("Chad crushed the army of Niger in the final days of the war.", "crushed"),
    ("Mali hit Niger with rockets.", "hit"),
    ("Gunmen from Chad attacked a cricket team of Niger before the match.", "attacked"),
    ("Honduras invaded El Salvador after a football match.", "invaded"),
    ("Chad attacked Niger during the Olympics.", "attacked"),
    ("Libya attacked the football team of Chad.", "attacked"),
    ("Rebels from Niger fought Chad for independence.", "fought"),
    ("Chad fought Niger over a village.", "fought"),
    ("Israel bombed a market in Gaza.", "bombed"),
    ("Shell said that Chad attacked Niger.", "attacked"),
    ("Chad launched an offensive against the rebels of Niger.", "offensive"),
    ("Mali and Niger clashed on Monday.", "clashed"),
    ("Mali sank a ship of Niger.", "sank"),
]


@pytest.mark.parametrize("text", [*GAMES, *MARKETS, *DEBATES])
def test_a_game_a_market_and_a_debate_are_no_force(nlp, text):
    assert not [e for e in nlp(text)._.events if e.event_type in FORCE]


@pytest.mark.parametrize("text", [GAMES[0], GAMES[1], GAMES[2], GAMES[9], MARKETS[0], DEBATES[2]])
def test_nor_where_the_reader_takes_them_for_it(reading_nlp, text):
    assert not [e for e in reading_nlp(text)._.events if e.event_type in FORCE]


@pytest.mark.parametrize(("text", "word"), EARNEST)
def test_force_in_earnest_stays(nlp, text, word):
    found = [text[slice(*e.trigger)] for e in nlp(text)._.events if e.event_type == "ASSAULT"]
    assert word in found


@pytest.mark.parametrize(
    ("text", "word", "type"),
    [
        ("Norway shot down Denmark's idea.", "shot", ""),
        ("Norway scuppered the Danish plan.", "scuppered", "REJECT"),
        ("Labour attacked the Conservatives over taxes.", "attacked", ""),
        ("The Chadian opposition vowed a court battle with Niger.", "vowed", ""),
    ],
)
def test_what_such_words_tell_instead(nlp, text, word, type):
    found = [e.event_type for e in nlp(text)._.events if text[slice(*e.trigger)] == word]
    assert found == [type] * bool(type)


def test_an_article_about_sport_makes_a_game_of_every_attack(nlp):
    story = (
        "Norway and Sweden met in the handball final on Sunday. The striker scored in extra time. "
        "Then Sweden attacked Norway again. The goalkeeper was the best of the tournament."
    )
    assert "ASSAULT" not in {e.event_type for e in nlp(story)._.events}
    told = "Norway and Sweden met on Sunday. Then Sweden attacked Norway again."
    assert "ASSAULT" in {e.event_type for e in nlp(told)._.events}


def senses_of(nlp, text):
    doc = marked_doc(nlp.vocab, text)
    return doc, Senses(doc, Slots.of(doc, load_rules(), Factuality()))


@pytest.mark.parametrize(
    ("text", "category", "told"),
    [
        ("Chad/PROPN/nsubj>1 crushed/VERB/ROOT#crush bills/NOUN/obj>1#bill", "ASSAULT", True),
        ("Chad/PROPN/nsubj>1 crushed/VERB/ROOT#crush bills/NOUN/obj>1#bill", "REJECT", False),
        ("Chad/PROPN/nsubj>1 crushed/VERB/ROOT#crush rocks/NOUN/obj>1#rock", "ASSAULT", False),
        ("Chad/PROPN/nsubj>1 seized/VERB/ROOT#seize bills/NOUN/obj>1#bill", "COERCE", False),
    ],
)
def test_only_acts_of_force_need_something_that_can_be_hurt(nlp, text, category, told):
    doc, found = senses_of(nlp, text)
    assert bool(found.figure(doc[1], category)) is told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"means": ["goal"]}, "means: missing, or not a list of words"),
        ({"contest": "goal"}, "contest: missing, or not a list of regular expressions"),
        ({"contest": ["(goal"]}, "contest: no regular expression"),
    ],
)
def test_a_mistake_in_the_words_names_its_list(monkeypatch, change, message):
    read = resources.document
    monkeypatch.setattr(senses.resources, "document", lambda *a: read(*a) | change)
    sense_words.cache_clear()
    with pytest.raises(KnowledgeError, match=message):
        sense_words()
    monkeypatch.undo()
    sense_words.cache_clear()
