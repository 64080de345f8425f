"""Date expressions to EDTF values: a grammar over tokens and a resolver with the article's context.

========================  ====================================================================
module                    one step
========================  ====================================================================
:mod:`.lexer`             text to lexemes with classes (``knowledge/dates/terms.yaml``)
:mod:`.grammar`           lexemes to matches of rules (``knowledge/dates/rules.yaml``)
:mod:`.posts`             lines that date what stands under them: a live blog, a chronology
:mod:`.survey`            what the article as a whole says: dateline, story or news, day order
:mod:`.tense`             where the governing verb points (``knowledge/dates/cues.yaml``)
:mod:`.normalisers`       a match and its context to a value: :mod:`.absolute`,
                          :mod:`.from_writing`, :mod:`.from_text`, :mod:`.feasts`, written forms
                          by dateparser in :mod:`.long_tail`; years by :mod:`.resolution`
:mod:`.edtf`              values: EDTF form, first and last day, arithmetic
:mod:`.reader`            all of these over one text; joins ranges
:mod:`.component`         the spaCy component ``pacta_dates``
========================  ====================================================================
"""

from pipeline.components.dates.component import Dates, create

__all__ = ["Dates", "create"]
