"""Opens pages, each in a context of its own; what a page complains of is a fault."""

import re
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

# A violation is in the console as well; this line names the directive even where the policy only reports.
# Chromium asks for this icon by itself, wherever a page names none, such as beside a line of JSON.
_UNASKED = "/favicon.ico"
_WITNESS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `policy violated on ${location.pathname}: ${event.violatedDirective} by ${event.blockedURI || "inline"}`));
"""


@dataclass
class Tabs:
    """Opens pages, and keeps what they complain of: console errors, exceptions, violations of a policy.

    Attributes:
        browser: Chromium.
        complaints: So far, those that are not forgiven.
    """

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _forgiven: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def open(
        self,
        url: str,
        *,
        camera: bool = True,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        locale: str = "en-GB",
    ) -> Page:
        """A page in a browser context that nobody else uses: its own cookies, its own storage.

        Args:
            url: Where it goes first.
            camera: Whether the person has granted the camera; without, opening it is `NotAllowedError`.
            width: Of the window, in CSS pixels.
            height: Likewise.
            scheme: What the person prefers.
            locale: Language of the browser.
        """
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=locale,
            permissions=["camera"] if camera else [],
        )
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        await context.add_init_script(_WITNESS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self._complain(str(error.error)))
        page = await context.new_page()
        await page.goto(url)
        return page

    def forgive(self, *patterns: str) -> None:
        """What the test brings about itself, as regular expressions, such as `401` for a token that ended."""
        self._forgiven += patterns
        self.complaints = [one for one in self.complaints if not self._is_forgiven(one)]

    async def aclose(self) -> None:
        """Close everything."""
        for context in self._contexts:
            await context.close()
        self._contexts.clear()

    def _heard(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        if message.type == "error" and not url.endswith(_UNASKED):
            self._complain(f"{message.text} ({url})")

    def _complain(self, text: str) -> None:
        if not self._is_forgiven(text):
            self.complaints.append(text)

    def _is_forgiven(self, text: str) -> bool:
        return any(re.search(pattern, text) for pattern in self._forgiven)
