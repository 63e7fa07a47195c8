"""`python -m celery_queue`: the worker, as `celery -A celery_queue worker` runs it, but sooner.

Celery's command line loads whatever it could run (a shell, Flower where it is installed) before it
runs a worker: that is two fifths of a worker's start.
"""

import sys
from argparse import ArgumentParser

from celery.utils.nodenames import default_nodename, host_format

from celery_queue.celery import app


def main() -> None:
    """Run a worker until it is told to stop."""
    options = ArgumentParser(prog="python -m celery_queue", description=main.__doc__)
    options.add_argument(
        "-n", "--hostname", help="its name, its own on this machine, whose name %%h is"
    )
    worker = app.Worker(
        hostname=host_format(default_nodename(options.parse_args().hostname)),
        # Workers have nothing to say to each other: greeting takes a second of the start.
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


if __name__ == "__main__":
    main()
