"""What every test shares: property tests draw the same examples each time, so that a red run can be repeated.

New examples are drawn by `HYPOTHESIS_PROFILE=search python -m pytest ...`, as long as one likes.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
