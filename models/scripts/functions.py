"""What ``spacy train --code`` needs: importing this module registers the tokenizer, the augmenter
and the keeper of checkpoints."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import augment  # noqa: F401
import average  # noqa: F401
import tokenizer  # noqa: F401
