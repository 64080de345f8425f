"""The English tokenizer of en_pacta: spaCy's own rules, adapted to news and to UD English
tokenisation.

Everything here ends up in the serialised tokenizer, so the trained model needs none of this code
to run. The callback is used in the configs' ``[initialize.before_init]``.
"""

import re
from pathlib import Path

import yaml
from spacy.language import Language
from spacy.symbols import NORM, ORTH
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

_DATA = yaml.safe_load((Path(__file__).parent.parent / "tokenizer.yaml").read_text(encoding="utf8"))
BOUND_PREFIXES = _DATA["bound_prefixes"].split()
ABBREVIATIONS = _DATA["abbreviations"].split()
TWO_WORDS = _DATA["two_words"]

# A hyphen, a dash or a slash that a name compound may be glued with.
_HYPHEN = r"[-‐‑–]"

INFIXES = [
    r"[—―]+|-{2,}",  # "(Reuters)—The", "said--and"
    rf"(?<=[A-Z]\.){_HYPHEN}(?=[A-Za-z])",  # "U.S.-led", "U.S.–Japan"
    rf"(?<=[0-9]){_HYPHEN}(?=[A-Za-z])",  # "16-year-old", "3-day"
    r"(?<=[A-Za-z0-9.,’'\")])–(?=[A-Za-z0-9“\"])",  # "Germany–Japan", "1990–95"
    r"(?<=\bmid)-(?=[0-9])|(?<=\bpre)-(?=[0-9])|(?<=\bpost)-(?=[0-9])",  # "mid-2024"
    r"(?<=[A-Za-z.])/(?=[A-Za-z])",  # "US/UK", "U.S./Japan", "and/or"
    r"(?<=[A-Za-z0-9])\|(?=[A-Za-z0-9])",  # "Talks resume|Wire"
    r"(?<=[a-z0-9])[;:](?=[A-Za-z])|(?<=[a-z]),(?=[a-z])",
    r"(?<=[a-z]{2})[.?!](?=[“\"‘(])",
    r"(?<=[a-z0-9])[(\[](?=[A-Za-z0-9])|(?<=[A-Za-z0-9])[)\]](?=[A-Za-z])",
    rf"(?<=[A-Za-z0-9.])[)\]”](?={_HYPHEN}|[—―])|(?<=[)\]”]){_HYPHEN}(?=[A-Za-z])",  # "(U.S.)-led"
    r"(?<=[.!?])[”\"](?=[A-Z])",  # "he said.”The"
    r"(?<=[a-zA-Z])&(?=[A-Z])",
]
PREFIXES = [
    r"[-–—*•·▪●■►◦‣](?=[A-Za-z“\"‘'$€£(])",
    r"[!?]{2,}",
    r"\*{2,}",
    r"={2,}",
    r"_{2,}",
    r"‐",
]
SUFFIXES = [
    r"[!?]{2,}",
    r"\*{2,}",
    r"(?<=[0-9])(?:bn|mn|tn|trn|am|pm|a\.m\.|p\.m\.)",  # "$15bn"
    r"(?<=[a-z]{2})[-–—]",  # a hyphen that a line break left behind
    r"\|",
    r"[™®©]",
]
# One token whatever the infixes say: ISO dates, "22/03/2026", "2+2", clock times, designations.
WHOLE = (
    r"\d{4}-\d{1,2}-\d{1,2}",
    r"\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})",
    r"[A-Z]?\d{1,2}\+\d(?:\+\d)?",
    r"[A-Z]{1,4}-\d{1,4}[A-Z]{0,2}",
    r"[A-Z][a-z]?-\d{1,4}[A-Z]{0,2}",
)


def hyphen_infixes(default: str) -> list[str]:
    """spaCy's rule for hyphens between letters, with the bound prefixes taken out of it."""
    between_letters = default[: default.index("(?:-|")]
    forms = [form for prefix in BOUND_PREFIXES for form in (prefix, prefix.capitalize())]
    unbound = "".join(rf"(?<!\b{form})" for form in forms)
    before_name = "|".join(rf"(?<=\b{form})-(?=[A-Z])" for form in forms)
    return [rf"{unbound}{between_letters}{_HYPHEN}(?=[^\W\d_])", before_name, r"~|---?"]


def customize(nlp: Language) -> Language:
    """Put the rules of this module into ``nlp.tokenizer`` and return ``nlp``."""
    tokenizer, defaults = nlp.tokenizer, nlp.Defaults
    infixes = list(INFIXES)
    for pattern in defaults.infixes:
        infixes += hyphen_infixes(pattern) if "(?:-|–|—" in pattern else [pattern]
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    tokenizer.prefix_search = compile_prefix_regex([*PREFIXES, *defaults.prefixes]).search
    tokenizer.suffix_search = compile_suffix_regex([*SUFFIXES, *defaults.suffixes]).search
    # no flags here: the serialised tokenizer keeps the pattern only
    tokenizer.token_match = re.compile("^(?:" + "|".join(WHOLE) + ")$").match
    for abbreviation in ABBREVIATIONS:
        tokenizer.add_special_case(abbreviation, [{ORTH: abbreviation}])
    for whole, (first, second) in TWO_WORDS.items():
        tokenizer.add_special_case(whole, [{ORTH: first, NORM: "want"}, {ORTH: second, NORM: "to"}])
    return nlp


@registry.callbacks("pacta.tokenizer.v1")
def tokenizer_callback():
    """``[initialize.before_init]``: the tokenizer of en_pacta."""
    return customize


@registry.callbacks("pacta.resume.v1")
def resume_callback():
    """``[initialize.before_init]`` of a run that goes on from trained weights.

    A lemmatizer that was read from disk knows its edit trees but not which label each has (spaCy
    3.8), and would be trained towards its first label.
    """

    def prepare(nlp: Language) -> Language:
        for _, pipe in nlp.components:  # those that go on are disabled at this point
            if hasattr(pipe, "tree2label"):
                pipe.tree2label = {tree: label for label, tree in enumerate(pipe.cfg["labels"])}
        return customize(nlp)

    return prepare
