"""Gateways and persons for these tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.gateway import Live, live, offering
from tests.support.lab import House
from tests.support.provider import Provider, provider

Company = Callable[..., tuple[Live, Provider]]


@pytest.fixture
def anna(person: Callable[..., Any]) -> UUID:
    """Someone with a token."""
    found: UUID = person("anna").person
    return found


@pytest.fixture
def company(house: House, tmp_path: Path) -> Iterator[Company]:
    """Runs a provider with a script and a gateway before it; the provider's settings may be changed."""
    with ExitStack() as stack:

        def run(*script: Any, settings: dict[str, str] | None = None, **file: Any) -> Any:
            scripted = stack.enter_context(provider(*script))
            given = {**offering(tmp_path, scripted.url, **file), **(settings or {})}
            return stack.enter_context(live(house, **given)), scripted

        yield run


@pytest.fixture(scope="module")
def standing(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Live, Provider]]:
    """A gateway before a friendly provider, for all tests of a module that leave it as it was."""
    folder = tmp_path_factory.mktemp("standing")
    with provider() as scripted, live(house, **offering(folder, scripted.url)) as gateway:
        yield gateway, scripted
