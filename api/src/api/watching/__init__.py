"""Watching jobs: the state by which one moment is told from another, the feed, its events."""
