"""Every setting in one table: its name, kind, default, and what it is for."""

from pgc_lib.i18n import N_
from pgc_lib.settings.kinds import Setting, language, path, port, secret, switch, text, whole

SETTINGS: tuple[Setting, ...] = (
    Setting("data", path, "", N_("The folder that holds everything of this lab.")),
    Setting("config", path, "", N_("The file read as pgc.toml instead of the one in the folder.")),
    Setting("lang", language, "", N_("The language of messages; empty follows the system.")),
    Setting("port", port, "8888", N_("The port JupyterLab asks for; the next free one is taken.")),
    Setting(
        "database_url",
        secret,
        "",
        N_("PostgreSQL with the person's own login; empty starts the embedded engine."),
    ),
    Setting(
        "admin_database_url",
        secret,
        "",
        N_("PostgreSQL as the owner of the lab, for migrations and new persons on a server."),
    ),
    Setting("redis_url", secret, "", N_("Redis or Valkey with the person's own login.")),
    Setting(
        "admin_redis_url", secret, "", N_("Redis or Valkey as administrator, for new persons.")
    ),
    Setting("mongo_url", secret, "", N_("MongoDB for documents; empty keeps them in PostgreSQL.")),
    Setting("admin_mongo_url", secret, "", N_("MongoDB as administrator, for new persons.")),
    Setting(
        "attachments_url",
        secret,
        "",
        N_(
            "An S3-compatible bucket for attachments (s3://bucket/prefix); empty keeps them in the store."
        ),
    ),
    Setting(
        "milvus_url",
        secret,
        "",
        N_(
            "Milvus for large collections of vectors: a server's address with its login, or a file for Milvus Lite."
        ),
    ),
    Setting(
        "encryption_key",
        secret,
        "",
        N_(
            "The key for sensitive fields (base64, 32 bytes); empty uses the one in the secrets folder."
        ),
    ),
    Setting(
        "model_url",
        text,
        "",
        N_("A language model's address (OpenAI-compatible, ends in /v1); empty uses the registry."),
    ),
    Setting("model_name", text, "", N_("The name of that model at its provider.")),
    Setting("model_key", secret, "", N_("The key or token for that model.")),
    Setting(
        "engines_idle_stop",
        whole,
        "0",
        N_("Stop the embedded engines after so many minutes without a client; 0 never does."),
    ),
    # Dashboards.
    Setting(
        "dashboards_ready",
        whole,
        "1",
        N_("Kernels that wait for a dashboard, about 150 MB each; 0 on a small machine."),
    ),
    Setting(
        "dashboards_open",
        whole,
        "8",
        N_("The most dashboards open at once; the one unused longest gives way. 0: no limit."),
    ),
    # Scheduled work.
    Setting(
        "workspace",
        path,
        "",
        N_("The folder a person works in; empty is `lab` in the data folder."),
    ),
    Setting(
        "runs_at_once", whole, "2", N_("The most reports that one person's server runs at once.")
    ),
    Setting("runs_minutes", whole, "240", N_("Minutes after which a report is stopped.")),
    Setting(
        "broker_url",
        secret,
        "",
        N_("The broker that tells workers of due reports: Redis, Valkey or RabbitMQ (amqp://)."),
    ),
    Setting("worker_database_url", secret, "", N_("PostgreSQL as the worker, on a server.")),
    Setting("worker_threads", whole, "8", N_("The most reports that one worker watches at once.")),
    Setting(
        "worker_lease",
        whole,
        "60",
        N_(
            "Seconds without a sign after which a worker is taken for dead and its jobs are taken over."
        ),
    ),
    Setting(
        "hub_api_url", text, "", N_("The hub's API as the worker reaches it (ends in /hub/api).")
    ),
    Setting("hub_public_url", text, "", N_("The hub's proxy as the worker reaches it.")),
    Setting(
        "worker_stops_servers",
        switch,
        "yes",
        N_("Stop a person's server after a report, if it was started for that alone."),
    ),
    # Reminders by mail.
    Setting("smtp_host", text, "", N_("The mail server that sends reminders; empty sends none.")),
    Setting("smtp_port", port, "587", N_("The mail server's port: 587 for starttls, 465 for ssl.")),
    Setting(
        "smtp_security",
        text,
        "starttls",
        N_("How mail travels to its server: `starttls`, `ssl` or, on this machine, `none`."),
    ),
    Setting("smtp_user", text, "", N_("The name to log in with at the mail server.")),
    Setting("smtp_password", secret, "", N_("The password for the mail server.")),
    Setting(
        "smtp_from", text, "", N_("The address mail comes from; empty is the name to log in with.")
    ),
    # The hub: many persons, a server each.
    Setting(
        "hub_secret",
        secret,
        "",
        N_("The hub's master secret, from which every person's passwords are derived."),
    ),
    Setting(
        "hub_cookie_secret",
        secret,
        "",
        N_("What the hub signs its cookies with; only the hub knows it."),
    ),
    Setting(
        "hub_folder", path, "", N_("The folder of the hub's own state; empty is `hub` in the data.")
    ),
    Setting(
        "hub_database_url",
        secret,
        "",
        N_("PostgreSQL for the hub's accounts and servers; empty keeps them in its folder."),
    ),
    Setting("hub_listen", text, "http://127.0.0.1:8081", N_("Where the hub itself listens.")),
    Setting(
        "hub_connect",
        text,
        "",
        N_("The hub's address as servers and the proxy reach it; empty is where it listens."),
    ),
    Setting(
        "hub_proxy",
        text,
        "http://127.0.0.1:8001",
        N_("Where the proxy takes the hub's orders."),
    ),
    Setting("hub_proxy_token", secret, "", N_("The token for the proxy's orders.")),
    Setting("hub_token", secret, "", N_("The worker's token for the hub.")),
    Setting(
        "hub_culler_token", secret, "", N_("The token of the service that stops idle servers.")
    ),
    Setting(
        "hub_admin",
        text,
        "admin",
        N_("The name of the first administrator, made when there is none."),
    ),
    Setting(
        "hub_admin_password",
        secret,
        "",
        N_("The first password of the first administrator, to be changed after the first login."),
    ),
    Setting(
        "hub_spawner",
        text,
        "simple",
        N_("How persons' servers run: `docker` in containers, `simple` as processes."),
    ),
    Setting("hub_image", text, "pgc-person:latest", N_("The image of a person's container.")),
    Setting("hub_network", text, "pgc-people", N_("The network of the persons' containers.")),
    Setting(
        "hub_volume",
        text,
        "pgc-{username}",
        N_("The name of the volume that holds a person's files."),
    ),
    Setting(
        "hub_idle_minutes",
        whole,
        "120",
        N_("Minutes without use after which a local hub stops a person's server; 0 never does."),
    ),
    Setting("hub_memory", text, "1G", N_("The memory of a person's container.")),
    Setting("hub_cpus", text, "1", N_("The processors of a person's container.")),
    Setting("hub_processes", whole, "512", N_("The most processes in a person's container.")),
    Setting(
        "hub_gateway",
        text,
        "",
        N_("The model gateway as persons' servers reach it (ends in /v1); empty: no model."),
    ),
    # The model gateway.
    Setting("gateway_host", text, "127.0.0.1", N_("Where the model gateway listens.")),
    Setting("gateway_port", port, "8600", N_("The gateway's port for HTTP.")),
    Setting("gateway_grpc_port", port, "8601", N_("The gateway's port for gRPC.")),
    Setting(
        "gateway_providers",
        path,
        "",
        N_(
            "A TOML file of the gateway's providers and models, read again when it changes; empty uses model_url, model_name and model_key."
        ),
    ),
    Setting("gateway_database_url", secret, "", N_("PostgreSQL as the gateway.")),
    Setting(
        "gateway_redis_url",
        secret,
        "",
        N_("Redis or Valkey for the gateway's limits; empty sets no limit a minute."),
    ),
    Setting(
        "gateway_calls_a_minute",
        whole,
        "120",
        N_("The most calls to models that a person may make a minute; 0 sets no limit."),
    ),
    Setting("gateway_at_once", whole, "8", N_("The most calls of one person at once.")),
    Setting(
        "gateway_answer_seconds",
        whole,
        "120",
        N_("Seconds without a word from a provider after which the gateway gives up."),
    ),
    Setting(
        "gateway_keep_days",
        whole,
        "400",
        N_("Days for which the account of calls is kept, 31 at least; 0 keeps it for ever."),
    ),
)
