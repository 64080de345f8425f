"""The front matter of Markdown."""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Read the YAML block at the head of a Markdown file.

    Returns
    -------
    values, end : dict, int
        The block's plain values by lower-case key, and the offset where the body starts (0 and
        nothing where there is no block).
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, 0
    import yaml

    try:
        block = yaml.safe_load(match.group(1))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, 0
    if not isinstance(block, dict):
        return {}, 0
    plain = {str(k).lower(): str(v) for k, v in block.items() if not isinstance(v, list | dict)}
    return plain, match.end()
