"""Texts of links to `https://evil.com/x`: on no platform may one seem to lead elsewhere, and none may be called a lie that is none."""

from __future__ import annotations

from typing import Final

URL: Final = "https://evil.com/x"

HONEST: Final = (
    "click",
    "evil.com",
    "EVIL.com",
    "www.evil.com/x",
    "evil.com:8080",
    "user@evil.com",
    "user:word@evil.com:443",
    "user@localhost",
    "at 10:30, 5:1",
)
"""Texts that name that host or none; who logs in and the port are no part of it."""

HONEST_WHOLE: Final = (
    "https://evil.com",
    "https://evil.com:8443/y",
    "https://user@evil.com/",
    "https://user:word@evil.com:443?q=a@b",
    "\uff48ttps://user\uff20evil\uff0ecom\uff1a443",
    "at https://evil.com.",
    "(https://evil.com), or not",
    "\u201chttps://evil.com\u2026\u201d",
)
"""The same as whole addresses, which not every platform hides a link behind."""

MISLEADING: Final = (
    "bank.com",
    "bank.com:443",
    "evil.com.bank.com",
    "user@bank.com",
    "user:word@bank.com:443",
    "evil.com@bank.com",
    "bank.com@evil.com",
    "bank.com:443@evil.com",
    "bank.com\uff20evil.com",
    "bank.com/@evil.com",
    "1.2.3.4:80",
    "https://bank.com@evil.com",
    "https://bank.com:443@evil.com",
    "https://evil.com@bank.com",
    "https://evil.com:80@bank.com:443",
    "https://user@bank.com:443/evil.com",
    "https://localhost:80",
    "https://user@localhost",
    "https://[::1]:80/",
    "https://evil.com?https://user@bank",
)
"""Texts in which a browser or an eye finds another host."""
