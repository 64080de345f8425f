"""Puts the tiny pipeline of :mod:`running_fakes` into the workers of a Ray that a test starts."""

import os
import sys
from pathlib import Path

if "PACTA_FAKES" in os.environ and any("default_worker" in word for word in sys.orig_argv):
    sys.path.insert(0, str(Path(__file__).parent.parent))
    import pytest
    from running_fakes import use_fakes

    use_fakes(pytest.MonkeyPatch(), Path(os.environ["PACTA_FAKES"]))
