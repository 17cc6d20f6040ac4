"""JupyterHub's configuration from settings: least rights for services, least of everything for containers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from hub.accounts import Accounts
from hub.configuration import configure
from hub.spawning import PersonProcess, separate_users, uid_of
from hub.tables import open_tables
from pgc_lib.errors import SettingError
from pgc_lib.settings import NOTHING, settings

NEEDED = {
    "PGC_HUB_SECRET": "the master",
    "PGC_HUB_COOKIE_SECRET": "for cookies",
    "PGC_HUB_PROXY_TOKEN": "for the proxy",
    "PGC_ADMIN_DATABASE_URL": "postgresql://pgc_owner:secret@postgres/pgc",
    "PGC_HUB_TOKEN": "the-workers-token",
    "PGC_HUB_CULLER_TOKEN": "the-cullers-token",
}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What a hub is told; the settings are read again for this test alone."""
    for name in list(os.environ):
        if name.startswith("PGC_"):
            monkeypatch.delenv(name)
    told = NEEDED | {"PGC_DATA": str(tmp_path)}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield told
    settings.cache_clear()


def configured() -> Any:
    config = Config()
    configure(config)
    return config


@pytest.mark.parametrize("name", list(NEEDED)[:4])
def test_what_a_hub_cannot_do_without(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A missing secret is an error with the command that makes it, never a default."""
    monkeypatch.delenv(name)
    settings.cache_clear()
    with pytest.raises(SettingError) as refused:
        configured()
    assert name in refused.value.message and "pgc hub" in refused.value.next_step


def test_services_have_the_least_rights(environment: dict[str, str]) -> None:
    """The worker starts servers and talks to them; the culler stops them; neither reads, makes or changes persons."""
    c = configured().JupyterHub
    scopes = {role["name"]: set(role["scopes"]) for role in c.load_roles}
    assert scopes == {
        "worker": {"servers", "access:servers", "read:users:name", "read:servers"},
        "culler": {"list:users", "read:users:activity", "read:servers", "delete:servers"},
    }
    assert all(role["services"] == [role["name"]] for role in c.load_roles)
    assert "admin_users" not in c and "admin_access" not in c


def test_a_service_without_a_token_is_none(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterHub would make a token of its own that nobody knows."""
    monkeypatch.delenv("PGC_HUB_CULLER_TOKEN")
    settings.cache_clear()
    assert [one["name"] for one in configured().JupyterHub.services] == ["worker"]


def test_a_container_has_nothing_that_it_does_not_need(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits, no capabilities, no new rights, nothing writable but home and memory, and no secret in its variables."""
    chosen = {
        "PGC_HUB_SPAWNER": "docker",
        "PGC_HUB_MEMORY": "768M",
        "PGC_HUB_CPUS": "0.5",
        "PGC_HUB_VOLUME": "pgc-home-{username}",
        "PGC_HUB_NETWORK": "pgc-people",
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    c = configured()
    docker, host = c.DockerSpawner, c.DockerSpawner.extra_host_config
    assert (docker.mem_limit, docker.cpu_limit) == ("768M", 0.5)
    assert host["cap_drop"] == ["ALL"] and host["security_opt"] == ["no-new-privileges:true"]
    assert host["read_only"] is True and host["pids_limit"] == 512
    assert set(host["tmpfs"]) == {"/tmp", "/run/pgc"} and "mode=0700" in host["tmpfs"]["/run/pgc"]
    assert docker.volumes == {"pgc-home-{username}": "/home/lab"} and docker.remove is True
    assert docker.network_name == "pgc-people" and docker.use_internal_ip is True
    assert c.Spawner.environment == {"PGC_DATA": "/home/lab"}
    assert c.Spawner.disable_user_config is True
    assert c.JupyterHub.allow_named_servers is False  # their volume would be the first one's


def test_a_way_to_run_servers_that_there_is_not(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing mistake is told with what there is."""
    monkeypatch.setenv("PGC_HUB_SPAWNER", "kubernetes")
    settings.cache_clear()
    with pytest.raises(SettingError) as refused:
        configured()
    assert "docker" in refused.value.next_step


def test_the_first_administrator(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made from settings, with no password of ours; a weak one is refused."""
    configured()
    accounts = Accounts(open_tables(NOTHING, tmp_path / "hub"))
    assert accounts.everyone() == []
    monkeypatch.setenv("PGC_HUB_ADMIN_PASSWORD", "admin")
    settings.cache_clear()
    with pytest.raises(SettingError):
        configured()
    monkeypatch.setenv("PGC_HUB_ADMIN_PASSWORD", "a-long-enough-word")
    monkeypatch.setenv("PGC_HUB_ADMIN", "chief")
    settings.cache_clear()
    configured()
    assert [(one.name, one.admin) for one in accounts.everyone()] == [("chief", True)]


def test_the_hubs_folder_is_its_own(environment: dict[str, str], tmp_path: Path) -> None:
    """Other users of the machine do not read accounts; as root they may pass through to their own home."""
    configured()
    assert (tmp_path / "hub").stat().st_mode & 0o066 == 0


def test_system_users_are_told_apart() -> None:
    """Each account's number is a user id of its own where there are such, and no ordinary user's."""
    found = [uid_of(number) for number in (1, 2, 300)]
    if separate_users():
        assert len(set(found)) == 3 and min(one for one in found if one) > 65_535
    else:
        assert found == [None] * 3


def test_a_server_inherits_nothing_of_the_hub(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the hub knows by its environment ends with the hub."""
    assert not [name for name in PersonProcess().env_keep if name.startswith("PGC_")]
