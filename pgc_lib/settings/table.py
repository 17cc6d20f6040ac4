"""Every setting in one table: its name, kind, default, and what it is for."""

from pgc_lib.i18n import N_
from pgc_lib.settings.kinds import Setting, language, path, port, secret, text, whole

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
)
