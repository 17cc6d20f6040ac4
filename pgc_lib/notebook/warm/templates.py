"""Compiling a page's templates once and not for every page, which takes a fifth of a second each time.

Voilà makes a new exporter for a page, with a new Jinja environment that knows nothing yet. It offers no way to hand it
a cache, so one is given to every environment that its exporter makes. A template that changed is compiled again.
"""

from functools import cache
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class Memory(BytecodeCache):
    """Compiled templates, kept by name and place for as long as their text is the same."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what is kept; Jinja compares the text's checksum."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


@cache
def keep_compiled() -> None:
    """From now on Voilà's pages share what was compiled."""
    from voila.exporter import VoilaExporter  # type: ignore[import-untyped]

    plain, kept = VoilaExporter._create_environment, Memory()

    def made(exporter: Any) -> Environment:
        environment: Environment = plain(exporter)
        environment.bytecode_cache = kept
        return environment

    VoilaExporter._create_environment = made
