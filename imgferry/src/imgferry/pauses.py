"""Why no image goes to Imgur at the moment: what each code means, and what to do about it."""

PAUSES = {
    "imgur-user-throttled": (
        "Imgur's limit for this address is used up",
        "Nothing: it goes on by itself.",
    ),
    "imgur-client-throttled": (
        "the application's day at Imgur is used up",
        "Nothing; but five such days in a month block the client id.",
    ),
    "imgur-posts-throttled": (
        "Imgur's limit of requests an hour is used up",
        "Nothing: it goes on by itself.",
    ),
    "imgur-user-limit": ("Imgur's hourly limit is used up", "Nothing: it goes on by itself."),
    "imgur-client-limit": ("Imgur's daily limit is used up", "Nothing: it goes on by itself."),
    "imgur-posts-limit": (
        "Imgur's limit of requests an hour is used up",
        "Nothing: it goes on by itself.",
    ),
    "imgur-blocked": (
        "Imgur refuses this server, its address or country",
        "Upload from somewhere else: after a day of it all that waits fails.",
    ),
    "imgur-unauthorized": (
        "Imgur does not know the client id",
        "Mend IMGUR_CLIENT_ID and restart the workers.",
    ),
    "imgur-unavailable": ("Imgur is out of order", "Nothing: it is tried again by itself."),
    "imgur-no-answer": ("Imgur does not answer", "Nothing: it is tried again by itself."),
}
"""By the code that the service gives: what it means, and what to do."""


def meaning(code: str) -> str:
    """What the code means; a code that is not known here speaks for itself."""
    return PAUSES[code][0] if code in PAUSES else f"Imgur waits ({code})"


def remedy(code: str) -> str:
    """What to do."""
    return PAUSES[code][1] if code in PAUSES else "See docs/operations.md."
