"""What a source URL is. It only parses: whether the URL may be connected to is not asked here.

The API checks with it what a client sends, the worker every URL it is about to request.
"""

import re
import unicodedata
from functools import cache, lru_cache
from ipaddress import AddressValueError, IPv6Address

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ANY_OF_THESE = re.compile(r"[\x00-\x1f\x7f-\x9f\s\ud800-\udfff]")
_ABSOLUTE = re.compile(r"([a-z][a-z0-9+.-]*):(//)?([^/?#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([^:]*))?")
_PORT = re.compile(r"0*([0-9]{1,5})")
_FORBIDDEN_IN_HOST = re.compile(r"[\s#%/:<>?@\[\\\]^|]")
"""Of the forbidden domain code points (WHATWG URL §3.2) those that were not refused before."""
_LONGEST_HOST = 254
"""Characters that a name of the DNS may have, the dot at its end included (RFC 1035 §2.3.4)."""

_ANY_DOT = str.maketrans("\u3002\uff0e\uff61", "...")
"""What IDNA reads as a dot (RFC 3490 §3.1)."""


class InvalidURL(ValueError):
    """The URL is not one that is taken. The message says what is, and never shows the URL."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """Stable, for programs: what is wrong."""


def check_source_url(url: str, max_length: int) -> None:
    """Raise InvalidURL unless this is an absolute http or https URL of at most `max_length`."""
    if len(url) > max_length:
        raise InvalidURL("url-too-long", f"takes at most {max_length} characters")
    if " " in url or not (url.isascii() and url.isprintable()):
        _check_characters(url)

    absolute = _ABSOLUTE.match(url)
    if absolute and absolute[1].lower() not in {"http", "https"}:
        raise InvalidURL("url-scheme", "takes http and https only")
    if not absolute or not absolute[2]:
        raise InvalidURL("url-not-absolute", "takes an absolute URL: https://example.org/cat.jpg")
    _check_authority(absolute[3])


def _check_characters(url: str) -> None:
    if not _ANY_OF_THESE.search(url):
        return
    if _CONTROL.search(url):
        raise InvalidURL("url-control-characters", "takes no control characters")
    if _SPACE.search(url):
        raise InvalidURL("url-whitespace", "takes no whitespace; a space is written %20")
    if _SURROGATE.search(url):
        raise InvalidURL("url-surrogates", "takes no lone surrogates: they are not characters")


@lru_cache(maxsize=256)  # the URLs of a job are of few hosts
def _check_authority(authority: str) -> None:
    # Some parsers read a backslash as a slash, some as part of the host: nobody means it.
    if "\\" in authority:
        raise InvalidURL("url-host", "takes no backslash before the path")
    if "@" in authority:
        raise InvalidURL("url-userinfo", "takes no user name and password before the host")
    split = _AUTHORITY.fullmatch(authority)
    if not split:
        raise InvalidURL("url-host", "takes host:port, and an IPv6 address in brackets")
    host, port = split.groups()
    _check_host(host)
    if port:
        digits = _PORT.fullmatch(port)
        if not digits or not 1 <= int(digits[1]) <= 65535:
            raise InvalidURL("url-port", "takes a port from 1 to 65535")


def _check_host(host: str) -> None:
    if host.startswith("["):
        try:
            if IPv6Address(host[1:-1]).scope_id is None:
                return
        except AddressValueError:
            pass
        raise InvalidURL("url-host", "takes an IPv6 address without a zone in brackets")
    if len(host) > _LONGEST_HOST:
        raise InvalidURL("url-host", f"takes a host of at most {_LONGEST_HOST} characters")
    if not host:
        raise InvalidURL("url-host-missing", "takes a URL with a host: https://example.org/cat.jpg")
    if (
        _FORBIDDEN_IN_HOST.search(host)
        or not all(host.removesuffix(".").split("."))
        or (not host.isascii() and _becomes_forbidden().search(host))
    ):
        raise InvalidURL("url-host", "takes a host name or an IP address")


@cache
def _becomes_forbidden() -> re.Pattern[str]:
    """What must not be in a host because of what it is resolved as: its compatibility form (NFKC).

    A fullwidth slash is a slash by then, and a leader of two dots an empty label. To look for the
    characters takes microseconds; to normalize a hostile host can take a hundred.
    """
    forbidden, first_dots, last_dots = "", "", ""
    for code in range(0x80, 0x20000):  # beyond are no such characters
        form = unicodedata.normalize("NFKC", chr(code)).translate(_ANY_DOT)
        if _FORBIDDEN_IN_HOST.search(form) or ".." in form:
            forbidden += chr(code)
        elif "." in form:
            first_dots += chr(code) * form.startswith(".")
            last_dots += chr(code) * form.endswith(".")
    # It begins with one set of characters, which takes a quarter of the time that alternatives do.
    return re.compile(
        f"[{forbidden}{first_dots}{last_dots}](?:(?<=[{forbidden}])|(?<=^[{first_dots}])"
        f"|(?<=[.{last_dots}][{first_dots}])|(?<=[{last_dots}])(?=[.{first_dots}]))"
    )
