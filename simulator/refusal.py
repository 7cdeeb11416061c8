"""Answers of Twilio's API that are not a message, in Twilio's shape."""

from __future__ import annotations

from typing import Self

from starlette.responses import JSONResponse


class Refusal(Exception):
    """An error answer: HTTP status, Twilio's code and its sentence."""

    def __init__(self, status: int, code: int, message: str, *, wait: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.wait = status, code, message, wait

    @classmethod
    def invalid_to(cls, to: str) -> Self:
        """The recipient is no number."""
        return cls(400, 21211, f"The 'To' number {to} is not a valid phone number.")

    @classmethod
    def opted_out(cls) -> Self:
        """The person sent a stop word to this sender."""
        return cls(400, 21610, "Attempt to send to unsubscribed recipient")

    @classmethod
    def not_found(cls, path: str) -> Self:
        """No such resource."""
        return cls(404, 20404, f"The requested resource {path} was not found")

    @classmethod
    def too_fast(cls, wait: int) -> Self:
        """Over the rate; `wait` in seconds becomes Retry-After."""
        return cls(429, 20429, "Too Many Requests", wait=wait)

    @classmethod
    def broken(cls) -> Self:
        """The network itself failed."""
        return cls(500, 20500, "Internal Server Error")

    @classmethod
    def unauthorized(cls) -> Self:
        """Wrong account or token."""
        return cls(401, 20003, "Authenticate")

    def response(self) -> JSONResponse:
        """As Twilio writes it: code, message, more_info, status."""
        headers = {"Retry-After": str(self.wait)} if self.wait else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        content = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return JSONResponse(content, self.status, headers)
