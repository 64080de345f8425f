"""The review page: people check and correct the extracted tables beside the text.

::

    tables, texts    what a run wrote, and the articles it read
    store            every decision, one row each, in SQLite: the only thing that is written
    validation       what a decision may hold, when it is made and when the log is read
    book             the decisions replayed: what they make of each event and mention
    assignments      whose documents are whose
    matching         decisions found again in the tables of a later run
    entries, query   the rows a reviewer sees; which of them, in what order
    desk             tables and decisions together, kept up to date with both
    verbs, edits     what a reviewer can do; what follows in other cells from one edited cell
    reasons          why a cell holds its value, or none (rulebook: what its rule is for)
    suggestions      type-ahead
    agreement        how far two reviewers agree
    export           events_reviewed.csv and gold, stand-off or for annotation tools
    pictures         timeline, agreements, map and charts as SVG
    article, present an article in pieces; events and history as data for the page
    server, guard    the web page and what keeps it safe; launch starts it
    patience         connections that never finish their request are closed

Data flows one way: tables + log of decisions -> desk -> page -> log of decisions.
"""
