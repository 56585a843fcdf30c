"""A real browser, and a page in it."""

import json
import shutil
import time
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing that is found or asked for beyond the page itself.
ARGUMENTS = (
    *("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"),
    *("disable-background-networking", "disable-component-update", "disable-sync"),
    *("disable-dev-shm-usage", "force-prefers-reduced-motion", "window-size=1280,1000"),
)


def start_chromium(profile, downloads):
    """Start the Chromium that is there, or skip with the reason."""
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    driver = shutil.which("chromedriver")
    if not found or driver is None:
        pytest.skip("no chromium with its chromedriver on the PATH")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = found[0]
    for argument in (*ARGUMENTS, f"user-data-dir={profile}"):
        options.add_argument(f"--{argument}")
    kinds = {"browser": "ALL", "performance": "ALL"}
    options.set_capability("goog:loggingPrefs", kinds)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads)}
    )
    # With a driver by name, none is looked for on the network.
    service = webdriver.ChromeService(driver)
    return webdriver.Chrome(options=options, service=service)


class Browser:
    """Open pages from files and ask what is on them."""

    def __init__(self, driver, downloads):
        self.driver = driver
        self.downloads = Path(downloads)

    def open(self, path):
        self.logs()
        self.driver.get(Path(path).as_uri())
        self.wait("return performance.getEntriesByName('ready').length > 0")
        return self

    def ask(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, *arguments, seconds=20):
        """Wait until a script returns something true, and return that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if answer := self.ask(script, *arguments):
                return answer
            time.sleep(0.02)
        raise AssertionError(f"in vain: {script}\n{self.console()}")

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def text(self, selector):
        return self.ask(f"return document.querySelector({selector!r}).textContent")

    def card(self, name):
        return self.text(f"[data-card={name}] dd")

    def range(self):
        return self.ask("return document.getElementById('series').layout.xaxis.range")

    def set_threshold(self, value):
        """Type a threshold, and wait until all is judged by it."""
        self.ask(
            """
            const field = document.getElementById("exact");
            field.value = arguments[0];
            field.dispatchEvent(new Event("change"));
            """,
            value,
        )
        self.settled()

    def settled(self):
        """Wait until the charts and the table are those of the last threshold."""
        self.driver.execute_async_script(
            """
            const done = arguments[0];
            const frame = (then) => () => requestAnimationFrame(then);
            setTimeout(frame(frame(done)), 200);
            """
        )

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Every address that was asked for since the last look."""
        entries = self.driver.get_log("performance")
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
            # Parts of the browser, such as the icon that clears a field.
            and not message["params"]["request"]["url"].startswith("chrome:")
        ]

    def logs(self):
        """Forget what was said and asked for."""
        return self.console(), self.requests()
