"""What ``spacy train --code`` needs: importing this module registers the tokenizer and the
augmenter."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import augment  # noqa: F401
import tokenizer  # noqa: F401
