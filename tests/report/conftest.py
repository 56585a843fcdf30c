import pytest

from tests.report.browser import Browser, start_chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One Chromium for all pages."""
    downloads = tmp_path_factory.mktemp("downloads")
    driver = start_chromium(tmp_path_factory.mktemp("profile"), downloads)
    yield Browser(driver, downloads)
    driver.quit()
