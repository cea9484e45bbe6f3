"""Settings of the API: everything it reads from the environment, in one place."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from nova_api.auth.keys import BadKeysError, KeyRing

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["text", "json"]


class SettingsError(RuntimeError):
    """An environment variable is missing or cannot be used; the message says which and what to do."""


def _setting(variable: str, meaning: str, **limits: Any) -> Any:
    return msgspec.Meta(description=meaning, extra={"variable": variable}, **limits)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with the variable each one is read from; durations are in seconds, sizes in MiB."""

    database_url: Annotated[
        str,
        _setting(
            "NOVA_API_DATABASE_URL",
            "PostgreSQL of the warehouse, as a role that only reads",
            pattern="^postgres(ql)?://",
        ),
    ]
    write_database_url: Annotated[
        Annotated[str, msgspec.Meta(pattern="^postgres(ql)?://")] | None,
        _setting(
            "NOVA_API_WRITE_DATABASE_URL",
            "The same database as nova_api_rw, for accounts, decisions and the audit log; absent: the API only reads",
        ),
    ] = None
    redis_url: Annotated[
        Annotated[str, msgspec.Meta(pattern="^(rediss?|unix)://")] | None,
        _setting("REDIS_URL", "Redis shared by the API's processes; absent: the memory tier alone"),
    ] = None
    token_keys: Annotated[
        str | None,
        _setting(
            "NOVA_API_TOKEN_KEYS",
            "Keys of tokens, `id:secret` parted by commas, 32 bytes or more each; the first signs. Needed to serve",
        ),
    ] = None
    token_lifetime: Annotated[
        int, _setting("NOVA_API_TOKEN_LIFETIME", "Time for which a token is good", ge=60, le=7 * 24 * 3600)
    ] = 24 * 3600
    refresh_lifetime: Annotated[
        Annotated[int, msgspec.Meta(ge=3600, le=90 * 24 * 3600)] | None,
        _setting(
            "NOVA_API_REFRESH_LIFETIME",
            "Time within which a session may be renewed by refresh tokens; absent: there are none",
        ),
    ] = None
    host: Annotated[str, _setting("NOVA_API_HOST", "Address to listen on")] = "127.0.0.1"
    port: Annotated[int, _setting("NOVA_API_PORT", "Port to listen on", ge=1, le=65535)] = 8000
    allow_remote: Annotated[
        bool,
        _setting(
            "NOVA_API_ALLOW_REMOTE",
            "`1` permits an address other than loopback: where what stands before it speaks TLS",
        ),
    ] = False
    trusted_proxies: Annotated[
        str | None,
        _setting(
            "NOVA_API_TRUSTED_PROXIES",
            "Addresses or networks of proxies whose X-Forwarded-For is believed, parted by commas; absent: none",
        ),
    ] = None
    workers: Annotated[int, _setting("NOVA_API_WORKERS", "Processes that serve", ge=1, le=64)] = 1
    dagster_origin: Annotated[str, _setting("NOVA_DAGSTER_ORIGIN", "Dagster's address, for links")] = (
        "http://127.0.0.1:3070"
    )
    pool_size: Annotated[int, _setting("NOVA_API_POOL_SIZE", "Connections to PostgreSQL per process", ge=1, le=100)] = 6
    write_pool_size: Annotated[
        int, _setting("NOVA_API_WRITE_POOL_SIZE", "Connections per process that write", ge=2, le=50)
    ] = 3
    acquire_timeout: Annotated[
        float, _setting("NOVA_API_ACQUIRE_TIMEOUT", "Longest wait for a connection", gt=0, le=30)
    ] = 0.5
    statement_timeout: Annotated[float, _setting("NOVA_API_STATEMENT_TIMEOUT", "Longest query", gt=0, le=120)] = 5.0
    exports: Annotated[
        int, _setting("NOVA_API_EXPORTS", "Exports at a time per process, each on a connection of its own", ge=1, le=50)
    ] = 2
    export_timeout: Annotated[
        float, _setting("NOVA_API_EXPORT_TIMEOUT", "Longest export, reading and sending", gt=0, le=3600)
    ] = 120.0
    export_rows: Annotated[int, _setting("NOVA_API_EXPORT_ROWS", "Rows that an export may have", ge=1)] = 1_000_000
    poll_interval: Annotated[
        float,
        _setting(
            "NOVA_API_POLL_INTERVAL", "Pause between two looks at the versions when no notification comes", gt=0, le=60
        ),
    ] = 2.0
    redis_timeout: Annotated[float, _setting("NOVA_API_REDIS_TIMEOUT", "Longest wait for Redis", gt=0, le=5)] = 0.1
    memory_mib: Annotated[
        int, _setting("NOVA_API_MEMORY_MIB", "Size of the memory tier per process", ge=1, le=4096)
    ] = 64
    drain_time: Annotated[
        float,
        _setting("NOVA_API_DRAIN_TIME", "Time for which `/health/ready` refuses before the process ends", ge=0, le=60),
    ] = 0.2
    event_streams: Annotated[
        int, _setting("NOVA_API_EVENT_STREAMS", "Open streams of events per process", ge=0, le=100_000)
    ] = 200
    log_format: Annotated[
        LogFormat, _setting("NOVA_API_LOG_FORMAT", "`text`, or `json`: one object for each line, for machines")
    ] = "text"
    log_level: Annotated[LogLevel, _setting("NOVA_API_LOG_LEVEL", "Least level that is logged")] = "INFO"

    @property
    def proxies(self) -> list[str]:
        """The trusted proxies, each an address or a network."""
        return [network.strip() for network in (self.trusted_proxies or "").split(",") if network.strip()]

    def __repr__(self) -> str:
        """The settings without those that hold secrets."""
        hidden = ("_url", "_keys")
        shown = {name: getattr(self, name) for name in self.__struct_fields__ if not name.endswith(hidden)}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class Variable(msgspec.Struct, frozen=True):
    """One environment variable as the documentation shows it."""

    name: str
    field: str
    meaning: str
    default: str


def variables() -> tuple[Variable, ...]:
    """The environment variables that the API reads, in the order of the table in `docs/api.md`."""
    described = []
    for field in msgspec.inspect.type_info(Settings).fields:  # pyright: ignore[reportAttributeAccessIssue]
        meta = field.type
        default = "required" if field.required else "absent" if field.default is None else str(field.default)
        described.append(Variable(meta.extra["variable"], field.name, meta.extra_json_schema["description"], default))
    return tuple(described)


def load(environment: Mapping[str, str]) -> Settings:
    """Read the settings; an empty variable counts as absent.

    Raises:
        SettingsError: when a variable is missing, has the wrong form, or asks for more than is permitted.
    """
    known = variables()
    given = {variable.field: environment[variable.name].strip() for variable in known if variable.name in environment}
    try:
        settings = msgspec.convert({key: value for key, value in given.items() if value}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error), known)) from error
    key_ring(settings)
    _check_proxies(settings)
    _refuse_remote(settings)
    return settings


def key_ring(settings: Settings) -> KeyRing:
    """The keys that tokens are signed with.

    Raises:
        SettingsError: when there is none, or one cannot be used.
    """
    if settings.token_keys is None:
        raise SettingsError(
            "NOVA_API_TOKEN_KEYS is not set: it must hold the keys that tokens are signed with, as id:secret. "
            "`nova up` sets it; a secret is made by `openssl rand -base64 48`."
        )
    try:
        return KeyRing.parse(settings.token_keys)
    except BadKeysError as error:
        raise SettingsError(f"NOVA_API_TOKEN_KEYS cannot be used: {error}.") from error


def _check_proxies(settings: Settings) -> None:
    for network in settings.proxies:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise SettingsError(f"NOVA_API_TRUSTED_PROXIES cannot be used: {error}.") from error


def _explain(message: str, known: tuple[Variable, ...]) -> str:
    for variable in known:
        if f"`{variable.field}`" in message:
            return (
                f"{variable.name} is not set: it must be the {variable.meaning}. `nova up` sets it; see .env.example."
            )
        if message.endswith(f"$.{variable.field}`"):
            return f"{variable.name} cannot be used: {message.split(' - ')[0]} ({variable.meaning})."
    return message


def _refuse_remote(settings: Settings) -> None:
    loopback = settings.host == "localhost"
    if not loopback:
        try:
            loopback = ipaddress.ip_address(settings.host).is_loopback
        except ValueError:
            loopback = False
    if not loopback and not settings.allow_remote:
        raise SettingsError(
            f"NOVA_API_HOST is {settings.host}, which other machines can reach, and the API does not speak TLS: "
            "passwords and tokens could be read on the way. Listen on 127.0.0.1, or set NOVA_API_ALLOW_REMOTE=1 where "
            "what stands before it speaks TLS."
        )
