"""JupyterHub's configuration from PGC's settings; `jupyterhub_config.py` calls it and holds nothing else."""

import hashlib
import logging
from functools import partial
from pathlib import Path
from typing import Any

from hub.accounts import Accounts
from hub.authenticator import AccountAuthenticator
from hub.desk import SETTING, Desk
from hub.language import template_vars
from hub.provisioning import Models, NotReady, Provisioner
from hub.spawning import as_processes, in_containers
from hub.tables import open_tables
from hub.throttle import Throttle
from pgc_lib.core.administration import Administration
from pgc_lib.errors import PgcError, SettingError
from pgc_lib.i18n import _, in_lang, lang
from pgc_lib.settings import SETTINGS, Secret, settings
from pgc_lib.stores.postgres import sqlalchemy_url

TEMPLATES = Path(__file__).parent / "templates"
_log = logging.getLogger("jupyterhub.pgc")

WORKER_SCOPES = ("servers", "access:servers", "read:users:name", "read:servers")
_LIMITS = ("dashboards_ready", "dashboards_open", "runs_at_once", "runs_minutes")
CULLER_SCOPES = ("list:users", "read:users:activity", "read:servers", "delete:servers")


def configure(c: Any) -> None:
    """Everything about this hub."""
    chosen = settings()
    for name in ("hub_secret", "hub_cookie_secret", "hub_proxy_token", "admin_database_url"):
        _require(chosen, name)
    folder = folder_of(chosen)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    desk = open_desk(chosen)
    _first_administrator(desk, chosen)
    _addresses(c, chosen)
    _pages(c, desk)
    _services(c, chosen)
    _servers(c, chosen, desk)
    c.JupyterHub.db_url = _database_url(chosen, folder)
    # JupyterHub knows the names before any login: they are the accounts.
    c.JupyterHub.authenticator_class = AccountAuthenticator
    c.Authenticator.any_allow_config = True
    c.Authenticator.auth_refresh_age = 30
    c.Authenticator.auth_refresh_strict = True
    c.Authenticator.refresh_pre_spawn = True
    c.Authenticator.enable_auth_state = False
    c.JupyterHub.cookie_secret = hashlib.sha256(chosen.hub_cookie_secret.reveal().encode()).digest()
    c.JupyterHub.cookie_max_age_days = 7


def folder_of(chosen: Any) -> Path:
    """The hub's own folder."""
    folder: Path = chosen.hub_folder
    return folder if folder != Path() else chosen.data / "hub"


def open_desk(chosen: Any) -> Desk:
    """Accounts, throttle and provisioning of the hub that the settings tell of."""
    engine = open_tables(chosen.hub_database_url, folder_of(chosen))
    administration = Administration(
        owner=chosen.admin_database_url,
        redis=chosen.admin_redis_url,
        mongo=chosen.admin_mongo_url,
    )
    models = Models(chosen.hub_gateway, chosen.model_name or "default")
    provisioner = Provisioner(chosen.hub_secret, administration, models, _limits(chosen))
    return Desk(Accounts(engine), Throttle(engine), provisioner)


def _limits(chosen: Any) -> dict[str, str]:
    """What the administrator chose for all servers; a server inherits nothing of the hub's own environment."""
    return {
        setting.variable: str(getattr(chosen, setting.name))
        for setting in SETTINGS
        if setting.name in _LIMITS and str(getattr(chosen, setting.name)) != setting.default
    }


def _first_administrator(desk: Desk, chosen: Any) -> None:
    name, password = chosen.hub_admin, chosen.hub_admin_password
    if not password:
        return
    try:
        made = desk.accounts.first_administrator(name, password.reveal(), lang=lang())
    except PgcError as error:
        raise SettingError(
            _("The first administrator cannot be made: {error}", error=error),
            next_step=_("Correct PGC_HUB_ADMIN and PGC_HUB_ADMIN_PASSWORD."),
        ) from error
    if made is not None:
        _log.warning("The first administrator is %s; change the first password soon.", name)


def _addresses(c: Any, chosen: Any) -> None:
    c.JupyterHub.hub_bind_url = chosen.hub_listen
    if chosen.hub_connect:
        c.JupyterHub.hub_connect_url = chosen.hub_connect
    # The proxy is a service of its own: a hub that restarts interrupts nobody's work.
    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.api_url = chosen.hub_proxy
    # A proxy that restarts knows no routes; this is how soon the hub finds out and tells it again.
    c.JupyterHub.last_activity_interval = 15
    c.ConfigurableHTTPProxy.auth_token = chosen.hub_proxy_token.reveal()


def _pages(c: Any, desk: Desk) -> None:
    c.JupyterHub.template_paths = [str(TEMPLATES)]
    c.JupyterHub.template_vars = template_vars() | {"administers": partial(_administers, desk)}
    c.JupyterHub.redirect_to_server = False
    c.JupyterHub.allow_named_servers = False
    c.JupyterHub.tornado_settings = {
        SETTING: desk,
        "headers": {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        },
        "slow_spawn_timeout": 0,  # a start is watched on its own page from its first moment
    }


def _administers(desk: Desk, user: Any) -> bool:
    account = desk.accounts.find(user.name) if user is not None else None
    return account is not None and account.active and account.admin


def _services(c: Any, chosen: Any) -> None:
    wanted = (
        ("worker", chosen.hub_token, WORKER_SCOPES),
        ("culler", chosen.hub_culler_token, CULLER_SCOPES),
    )
    present = [(name, token, scopes) for name, token, scopes in wanted if token]
    c.JupyterHub.services = [
        {"name": name, "api_token": token.reveal()} for name, token, _scopes in present
    ]
    c.JupyterHub.load_roles = [
        {"name": name, "scopes": list(scopes), "services": [name]}
        for name, _token, scopes in present
    ]


def _servers(c: Any, chosen: Any, desk: Desk) -> None:
    async def ready(spawner: Any) -> None:
        account = await desk.account(spawner.user.name)
        if account is None or not account.active:
            with in_lang(account.lang if account else lang()):
                raise NotReady(_("Your account is closed. Ask an administrator."))
        await desk.run(desk.provisioner.provide, account)

    c.Spawner.pre_spawn_hook = ready
    c.Spawner.default_url = "/lab"
    c.Spawner.disable_user_config = True
    c.Spawner.http_timeout = 60
    c.JupyterHub.concurrent_spawn_limit = 20
    if chosen.hub_spawner == "docker":
        in_containers(c, chosen)
    elif chosen.hub_spawner == "simple":
        as_processes(c, chosen.data / "people", desk)
    else:
        raise SettingError(
            _("There is no way to run servers called {name}.", name=chosen.hub_spawner),
            next_step=_("Set PGC_HUB_SPAWNER to docker or simple."),
        )


def _database_url(chosen: Any, folder: Path) -> str:
    if not chosen.hub_database_url:
        return f"sqlite:///{folder / 'hub.sqlite'}"
    url = sqlalchemy_url(chosen.hub_database_url.reveal())
    return url.render_as_string(hide_password=False)


def _require(chosen: Any, name: str) -> None:
    value: Secret = getattr(chosen, name)
    if not value:
        variable = f"PGC_{name.upper()}"
        raise SettingError(
            _("The hub needs {variable}.", variable=variable),
            next_step=_(
                "Make it with `pgc hub init`, or start a hub on this machine with `pgc hub --local`."
            ),
        )
