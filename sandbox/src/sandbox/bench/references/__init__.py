"""What there is to be had without a queue, a store or a check: the limits of this machine.

Each is a program, `python -m sandbox.bench.references.<name> IMGUR_URL AT_ONCE`. It reads URLs from
stdin, a line each, ferries them all, so many side by side, in one process, and prints what it took:
`{"wall": seconds, "cpu": seconds, "memory": megabytes at the peak}`.
"""
