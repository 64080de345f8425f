"""All normalisers by the name that rules give in ``value``."""

from __future__ import annotations

import inspect

from pipeline.components.dates import absolute, compound, feasts, from_text, from_writing, long_tail
from pipeline.components.dates.resolution import Normaliser

NORMALISERS: dict[str, Normaliser] = {
    name: function
    for module in (absolute, from_writing, from_text, compound, feasts, long_tail)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}
