"""Converters: public annotated corpora -> records of one text with its names.

One module a source. Every converter yields records ``{"id", "text", "ents", "source", "split"}``
where ``ents`` holds ``[start, end, label of the source, our label or None]`` in characters of
``text``. ``__main__`` writes them.
"""
