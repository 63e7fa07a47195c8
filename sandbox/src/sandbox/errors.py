"""What keeps the sandbox from running. Every message is for the person who started it.

* SandboxError
  x ProcessFailed
"""


class SandboxError(Exception):
    """Base of all errors of this package; says what to change."""


class ProcessFailed(SandboxError):
    """A child process ended, or did not become ready; the message ends with its last log lines."""
