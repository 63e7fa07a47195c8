"""The truth about every job, in Redis. Nothing outside this package knows its keys."""

from jobs.store.store import DEPTH, LEASE, MESSAGE_SIZE, JobStore

__all__ = ["DEPTH", "LEASE", "MESSAGE_SIZE", "JobStore"]
