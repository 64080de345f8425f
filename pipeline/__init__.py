"""Pacta: who did what to whom, when, where and under which agreement, read from news articles.

Importing the package costs nothing: spaCy and pandas are imported when they are first needed.
"""

__version__ = "0.1.0"
