"""The review page: people check and correct the extracted tables beside the text.

::

    tables, texts    what a run wrote, and the articles it read
    store            every decision, one row each, in SQLite: the only thing that is written
    book             the decisions replayed: what they make of each event and mention
    matching         decisions found again in the tables of a later run
    desk             tables and book together: the rows a reviewer sees, filters, order, steps
    edits            what follows in other cells from one edited cell; checks
    reasons          why a cell holds its value, or none
    suggestions      type-ahead
    agreement        how far two reviewers agree
    export           events_reviewed.csv and stand-off gold
    charts, world    pictures as SVG
    guard, server    the web page and what keeps it safe

Data flows one way: tables + log of decisions -> desk -> page -> log of decisions.
"""
