import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real series, which are not part of the repository."""
    folder = os.environ.get("SKANOMALY_DATA")
    if not folder:
        pytest.skip("SKANOMALY_DATA names no folder of real series")
    return Path(folder)
