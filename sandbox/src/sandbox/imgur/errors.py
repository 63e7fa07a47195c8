"""An error of the stand-in's own: not one on demand, but what the call deserves."""


class Refused(Exception):
    """The call is answered with this error; with a code it takes the form of shape 2."""

    def __init__(self, status: int, error: str, code: int | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.code = code
