"""Cookies within one fetch, each bound to the host that set it."""

from __future__ import annotations

import httpx

# Longest Cookie header that is sent. Characters.
_MAX_HEADER = 8192


class HopCookies:
    """The cookies of one chain of redirects; thrown away with it.

    Share points and gates set one and redirect to where it is asked for. A jar for each host and port: whatever
    domain a server names, no other server sees its cookies.
    """

    def __init__(self) -> None:
        self._jars: dict[tuple[str, int], httpx.Cookies] = {}

    def header(self, host: str, port: int, url: str) -> dict[str, str]:
        """Return the Cookie header of a request, empty where there is none."""
        jar = self._jars.get((host, port))
        if jar is None:
            return {}
        request = httpx.Request("GET", url)
        jar.set_cookie_header(request)
        value = request.headers.get("cookie", "")
        return {"Cookie": value} if value and len(value) <= _MAX_HEADER else {}

    def keep(self, host: str, port: int, url: str, answer: httpx.Response) -> None:
        """Take the cookies of an answer."""
        set_cookies = answer.headers.get_list("set-cookie")
        if not set_cookies:
            return
        jar = self._jars.setdefault((host, port), httpx.Cookies())
        headers = [("set-cookie", value) for value in set_cookies]
        jar.extract_cookies(httpx.Response(answer.status_code, headers=headers, request=httpx.Request("GET", url)))
