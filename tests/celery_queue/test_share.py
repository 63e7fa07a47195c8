"""A worker takes its share, and no more until some of it is done."""

from celery_queue.share import Share


class Consumer:
    """Counts how often it is told of room."""

    def __init__(self, share: Share) -> None:
        self.told = 0
        share.on_room = self.hear

    def hear(self) -> None:
        self.told += 1


def test_a_message_counts_from_when_it_comes() -> None:
    share = Share(most=10, lease=60)
    share.take("a", 4)
    assert share.has_room()
    share.take("b", 8)
    assert not share.has_room()


def test_what_is_done_makes_room_and_it_is_told_once() -> None:
    share = Share(most=2, lease=60)
    consumer = Consumer(share)
    share.take("a", 3)
    share.begin("a", 3)
    assert not share.has_room()
    share.done()
    assert consumer.told == 0
    share.done()
    share.done()
    assert consumer.told == 1
    assert share.has_room()


def test_nobody_is_told_who_did_not_ask() -> None:
    share = Share(most=1, lease=60)
    consumer = Consumer(share)
    share.take("a", 1)
    share.begin("a", 1)
    share.done()
    assert consumer.told == 0


def test_images_that_are_not_begun_are_not_ours() -> None:
    share = Share(most=5, lease=60)
    consumer = Consumer(share)
    share.take("a", 9)
    assert not share.has_room()
    share.begin("a", 4)
    assert share.has_room()
    assert consumer.told == 1


def test_a_message_that_never_begins_counts_for_its_lease() -> None:
    share = Share(most=1, lease=0)
    share.take("a", 100)
    assert share.has_room()
