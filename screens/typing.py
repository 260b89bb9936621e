"""The text being typed, ahead of the kiosk: a key shows at once, the kiosk's page confirms it a moment later."""

from __future__ import annotations

from kiosk.page import Entry, Page, Search
from kiosk.secret import Secret, reveal


class Typing:
    """`text` is None while the page's own value holds.

    Edits that were sent and not yet heard back are remembered: an older echo must not take typed characters away,
    but a value that was never typed here (cleared, replaced by the kiosk) wins.
    """

    def __init__(self) -> None:
        self.text: Secret | None = None
        self._base = Secret("")
        self._sent: list[Secret] = []

    def edited(self, text: str, base: str) -> None:
        """`base` is what the page said when the key was tapped."""
        if not self._sent:
            self._base = Secret(base)
        self.text = Secret(text)
        self._sent.append(self.text)

    def heard(self, page: Page) -> None:
        """A page came from the kiosk: drop the edits that it confirms."""
        said = field_text(page)
        if said in self._sent:
            del self._sent[: self._sent.index(said) + 1]
        elif said != self._base:
            self._sent.clear()
        if not self._sent:
            self.text = None

    def clear(self) -> None:
        self.text = None
        self._base = Secret("")
        self._sent.clear()


def field_text(page: Page) -> Secret:
    """What the page says is in its field; empty where it has none."""
    match page:
        case Entry(value=value):
            return Secret(reveal(value))
        case Search(query=query):
            return Secret(query)
        case _:
            return Secret("")
