"""Telling others that a job is complete: webhooks, signed, tried for more than a day."""
