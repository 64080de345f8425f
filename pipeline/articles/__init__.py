"""Reading articles: from files, folders, globs and standard input to
:class:`~pipeline.records.Article`.

The stages, each a verb of its own module::

    sources.find      paths            -> Source     one a article, nothing decoded yet
    reading.read      Source           -> Article    text, metadata, language, zones

A source is cheap and can be sent to a worker; everything that costs time or may break (decoding,
HTML, language, zones) happens in :func:`~pipeline.articles.reading.read`, which never raises:
what cannot be read becomes an article of status ``failed`` with the reason as its message.
"""

from pipeline.articles.errors import InputError, UnreadableError
from pipeline.articles.reading import read
from pipeline.articles.sources import Fields, Source, find

__all__ = ["Fields", "InputError", "Source", "UnreadableError", "find", "read"]
