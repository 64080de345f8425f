"""Who may talk to the review page, and what a browser may do with it.

Every request passes here first. The page answers only to its own names (no DNS rebinding), takes
changes only from itself (Origin and a token in a header that no other site can send), asks for
the access token when it is open to other machines, and tells the browser to run nothing but the
scripts it serves.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
CSRF_HEADER = "x-pacta-csrf"
MAX_BODY = 1_000_000
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """ASGI middleware: checks each request and sets the security headers of each answer.

    Parameters
    ----------
    app : ASGI application
        What to guard.
    port : int
        The port that is listened on.
    hosts : sequence of str
        Names besides those of this machine under which the page may be asked for.
    token : str
        The access token; empty where only this machine can reach the page.
    """

    def __init__(
        self, app: ASGIApp, port: int, hosts: tuple[str, ...] = (), token: str = ""
    ) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in (*LOOPBACK, *hosts)} | set(hosts)
        if port == 80:
            self._hosts |= set(LOOPBACK)
        self._token = token
        self._cookie = f"pacta_key_{port}"
        self._key = hashlib.sha256(f"pacta review {token}".encode()).hexdigest()
        self.csrf = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        scope.setdefault("state", {})["csrf"] = self.csrf
        refusal = self._refusal(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {key.lower() for key, _ in message["headers"]}
                extra = {**HEADERS, "cache-control": "no-store"}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (k.encode(), v.encode())
                        for k, v in extra.items()
                        if k.encode() not in named
                    ),
                ]
            await send(message)

        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that may not pass, None for one that may."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse(
                "This page does not go by that name. pacta review --allow-host NAME lets it.", 421
            )
        if self._token and (entrance := self._entrance(scope, headers)) is not None:
            return entrance
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return PlainTextResponse("Only GET and POST.", 405)
        return self._forged(headers)

    def _forged(self, headers: Headers) -> Response | None:
        scheme, _, netloc = headers.get("origin", "").partition("://")
        if scheme not in ("http", "https") or netloc.lower() not in self._hosts:
            return PlainTextResponse("Changes are taken from the page itself only.", 403)
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return PlainTextResponse("Changes are taken from the page itself only.", 403)
        if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), self.csrf.encode()):
            return PlainTextResponse("The page was loaded from an earlier server.", 409)
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("Send JSON.", 415)
        length = headers.get("content-length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > MAX_BODY:
            return PlainTextResponse("Too long.", 413)
        return None

    def _entrance(self, scope: Scope, headers: Headers) -> Response | None:
        """What someone without the key gets: in with the token in the address, else nothing."""
        if hmac.compare_digest(_cookie(headers, self._cookie).encode(), self._key.encode()):
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        sent = query.pop("token", [""])[0]
        if scope["method"] != "GET" or not hmac.compare_digest(sent.encode(), self._token.encode()):
            return PlainTextResponse(
                "This review asks for its token: open the address that pacta review printed.", 401
            )
        rest = urlencode(query, doseq=True)
        answer = RedirectResponse(f"/{scope['path'].lstrip('/')}{'?' + rest if rest else ''}", 303)
        answer.set_cookie(
            self._cookie,
            self._key,
            httponly=True,
            samesite="lax",
            secure=headers.get("x-forwarded-proto", scope["scheme"]) == "https",
        )
        return answer


def _cookie(headers: Headers, name: str) -> str:
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""
