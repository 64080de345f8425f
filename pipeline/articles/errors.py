"""The two ways in which input can be wrong."""


class InputError(ValueError):
    """The command cannot start: a path, a column name or an option is wrong. One clear line."""


class UnreadableError(ValueError):
    """One article cannot be read; the others can. The message becomes its row's ``message``."""
