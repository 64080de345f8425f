"""Places: every GPE and LOC name to a place on the map, and whether it acts or only lies there.

:mod:`~pipeline.components.places.candidates` knows what a name can mean,
:mod:`~pipeline.components.places.resolve` decides which of these the article means,
:mod:`~pipeline.components.places.sense` tells actor from place, and
:mod:`~pipeline.components.places.component` is the spaCy factory ``pacta_places``.
"""

from pipeline.components.places.component import Places, create_places

__all__ = ["Places", "create_places"]
