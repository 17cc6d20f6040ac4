"""A page's lab: opened when it is needed, and opened again when the database was away."""

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from pgc_lib.errors import Unavailable

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

T = TypeVar("T")


class House:
    """Gives the lab to whoever asks, also from several threads."""

    def __init__(self, open: "Callable[[], Lab]") -> None:
        self._open = open
        self._lab: Lab | None = None
        self._lock = RLock()
        self._back = False

    @property
    def lab(self) -> "Lab":
        """The lab, open."""
        with self._lock:
            if self._lab is None:
                self._lab = self._open()
            return self._lab

    def ask(self, work: "Callable[[Lab], T]", *, again: bool = True) -> T:
        """Do something with the lab; when the database was away it is opened anew, for reading also tried again."""
        lab = self.lab
        try:
            return work(lab)
        except Unavailable:
            self._forget(lab)
            if not again:
                raise
        found = work(self.lab)
        self._back = True
        return found

    def returned(self) -> bool:
        """Whether it was away and is back, said once."""
        with self._lock:
            back, self._back = self._back, False
            return back

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            if self._lab is not None:
                self._lab.close()
                self._lab = None

    def _forget(self, lab: "Lab") -> None:
        with self._lock:
            if self._lab is lab:  # else another thread was quicker
                lab.close()
                self._lab = None
