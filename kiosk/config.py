"""One TOML file makes a terminal: `firmware-config/kiosk.toml` is the documented example.

A wrong key, type, value or file raises ConfigError with one line: file, key, what is wrong. `load` looks at what is
written; `check_files` at the files that are named, on the terminal itself.
"""

from __future__ import annotations

import ssl
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from kiosk.devices import Role
from kiosk.platform import Text


class ConfigError(Exception):
    """One line for the technician: `FILE: KEY: what is wrong`."""


class Terminal(Struct, frozen=True, forbid_unknown_fields=True):
    id: str  # the certificate's common name, such as kiosk-000001
    point: Text  # 自助服务点位, as shown on the screen
    data: str  # directory that survives a restart: ledger and outbox
    catalogue: str  # directory of items, a copy of `flows/`
    idle_seconds: int = 60


class Screen(Struct, frozen=True, forbid_unknown_fields=True):
    width: int  # pixels
    height: int
    diagonal_inches: float  # makes millimetres out of pixels
    fullscreen: bool = True


class Tls(Struct, frozen=True, forbid_unknown_fields=True):
    """PEM files: the authority that the other end is checked against, and this terminal's own identity."""

    ca: str
    certificate: str
    key: str


class Platform(Struct, frozen=True, forbid_unknown_fields=True):
    url: str  # https://host:port
    tls: Tls
    seal_key: str  # PEM file, the platform's public key: what must wait on disk is sealed to it
    sandbox: bool = False  # shows the sandbox note on every page
    timeout_seconds: float = 8.0


class Fleet(Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    port: int
    tls: Tls
    heartbeat_seconds: float = 30.0


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    role: Role
    driver: str  # a folder of drivers/
    url: str  # serial:/dev/ttyS1?baud=115200 or tcp://host:port


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    terminal: Terminal
    screen: Screen
    platform: Platform
    fleet: Fleet
    device: tuple[Device, ...] = ()


def load(path: Path) -> Config:
    """Read and check a config file. Relative paths in it count from the file's own folder. Raises ConfigError."""
    try:
        config = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Config)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(str(error))}") from None
    _check(path, config)
    return _absolute(config, path.resolve().parent)


def check_files(path: Path, config: Config) -> None:
    """Every file that the config names can be read and is what it should be. Raises ConfigError."""
    if not Path(config.terminal.catalogue).is_dir():
        raise ConfigError(f"{path}: terminal.catalogue: {config.terminal.catalogue} is not a directory")
    _readable(path, "platform.seal_key", config.platform.seal_key)
    for section, tls in (("platform.tls", config.platform.tls), ("fleet.tls", config.fleet.tls)):
        _check_tls(path, section, tls)


def _check_tls(path: Path, section: str, tls: Tls) -> None:
    for key, file in (("ca", tls.ca), ("certificate", tls.certificate), ("key", tls.key)):
        _readable(path, f"{section}.{key}", file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(tls.ca)
    except (ssl.SSLError, ValueError):
        raise ConfigError(f"{path}: {section}.ca: {tls.ca} holds no certificate in PEM") from None
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: b"")
    except (ssl.SSLError, ValueError):
        raise ConfigError(
            f"{path}: {section}.certificate: {tls.certificate} is no certificate in PEM with {tls.key} as its key"
        ) from None


def _readable(path: Path, key: str, file: str) -> None:
    try:
        with open(file, "rb") as found:
            found.read(1)
    except OSError as error:
        raise ConfigError(f"{path}: {key}: {file} cannot be read: {error.strerror}") from None


def _explain(message: str) -> str:
    """msgspec says "Expected `int`, got `str` - at `$.fleet.port`": put the key first, as a technician reads it."""
    what, _, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".") or "(top level)"
    return f"{key}: {what}"


def _check(path: Path, config: Config) -> None:
    if not 0 < config.fleet.port < 65536:
        raise ConfigError(f"{path}: fleet.port: {config.fleet.port} is not a port (1 to 65535)")
    if config.screen.width < 480 or config.screen.height < 480:
        raise ConfigError(f"{path}: screen: {config.screen.width}x{config.screen.height} is smaller than 480 pixels")
    if config.screen.diagonal_inches <= 0:
        raise ConfigError(f"{path}: screen.diagonal_inches: must be more than 0")
    if not _is_https(config.platform.url):
        raise ConfigError(f"{path}: platform.url: {config.platform.url!r} is not https://host:port")
    roles = [device.role for device in config.device]
    for number, device in enumerate(config.device):
        if not device.url.startswith(("serial:", "tcp://")):
            raise ConfigError(
                f"{path}: device[{number}].url: {device.url!r} is neither serial:/dev/... nor tcp://host:port"
            )
        if roles.count(device.role) > 1:
            raise ConfigError(f"{path}: device[{number}].role: {device.role.value} is named twice")


def _is_https(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme == "https" and bool(address.hostname) and address.port != 0
    except ValueError:  # a port or an address that is none
        return False


def _absolute(config: Config, base: Path) -> Config:
    def at(name: str) -> str:
        return str((base / name).resolve())

    def tls(old: Tls) -> Tls:
        return Tls(at(old.ca), at(old.certificate), at(old.key))

    replace = msgspec.structs.replace
    return Config(
        terminal=replace(config.terminal, data=at(config.terminal.data), catalogue=at(config.terminal.catalogue)),
        screen=config.screen,
        platform=replace(config.platform, tls=tls(config.platform.tls), seal_key=at(config.platform.seal_key)),
        fleet=replace(config.fleet, tls=tls(config.fleet.tls)),
        device=config.device,
    )
