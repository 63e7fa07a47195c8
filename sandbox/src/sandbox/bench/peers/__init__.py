"""Other ways that a user could take: each a queue, and a task that ferries one image.

Every module here is one of them, written as its own documents have it and kept as fast as they say
how. It has `send(urls)`, and workers, which its own command line starts (`catalogue` has the
commands). It is told where things are by REDIS_URL and IMGUR_API_URL. None of them checks what it
fetches, keeps a state that can be read, or knows of Imgur's limits; no result is stored.
"""
