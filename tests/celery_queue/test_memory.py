"""The memory for images: never more of it than there is, each in its turn, and none is lost."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from celery_queue.memory import Memory, MemoryFull, Portion

LARGEST = 1000
IMAGES = 8
MOST = Memory.least(largest=LARGEST, copies=1)
SHARE = LARGEST // IMAGES


def memory() -> Memory:
    return Memory(MOST, images=IMAGES, largest=LARGEST, copies=1)


@dataclass(eq=False)
class Image:
    """Claims what it takes, has it until it is let go, and counts it meanwhile."""

    portion: Portion
    size: int
    converted: int
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    bytes: int = 0

    async def live(self) -> None:
        with self.portion as portion:
            self.bytes = min(self.size, portion.size)
            if self.size > portion.size:
                await portion.grow(self.size, 60)
                self.bytes = self.size
            if self.converted:
                await portion.copy(LARGEST)
                self.bytes += LARGEST
                portion.settle(self.converted)
                self.bytes = self.converted
            await self.let_go.wait()
        self.bytes = 0


class AnyImages(RuleBasedStateMachine):
    """Images of any size come, are converted, end or are cancelled, in any order."""

    images = Bundle("images")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.memory = memory()
        self.alive: dict[Image, asyncio.Task[None]] = {}

    @rule(
        target=images,
        size=st.integers(0, LARGEST),
        converted=st.just(0) | st.integers(1, LARGEST),
    )
    def come(self, size: int, converted: int) -> Image:
        image = Image(self.memory.portion(), size, converted)
        if len(self.alive) < IMAGES:
            self.alive[image] = self.loop.create_task(image.live())
            self.go_on()
        return image

    @rule(image=consumes(images))
    def end(self, image: Image) -> None:
        image.let_go.set()
        self.go_on()

    @rule(image=consumes(images), also=consumes(images))
    def end_while_another_is_cancelled(self, image: Image, also: Image) -> None:
        image.let_go.set()
        if also in self.alive:
            self.alive[also].cancel()
        self.go_on()

    @invariant()
    def no_more_is_had_than_there_is(self) -> None:
        assert sum(image.bytes for image in self.alive) <= 4 * LARGEST  # the rest is lost

    def go_on(self) -> None:
        for _ in range(10):
            self.loop.run_until_complete(asyncio.sleep(0))
        self.alive = {image: task for image, task in self.alive.items() if not task.done()}

    def teardown(self) -> None:
        for image in self.alive:
            image.let_go.set()
        for task in self.alive.values():
            self.loop.run_until_complete(asyncio.wait_for(task, 10))  # nobody waits for ever
        everything = self.loop.create_task(take_everything(self.memory.portion()))
        self.go_on()
        assert everything.done()  # nothing was lost
        self.loop.close()


test_any_images = AnyImages.TestCase


async def take_everything(portion: Portion) -> None:
    await portion.grow(SHARE + LARGEST, 60)
    await portion.copy(2 * LARGEST)


def test_a_share_is_there_whoever_has_the_rest() -> None:
    async def run() -> None:
        of_all = memory()
        await take_everything(of_all.portion())
        assert of_all.portion().before_claim(SHARE) == SHARE

    asyncio.run(run())


def test_who_waited_too_long_lets_the_next_one_have_its_turn() -> None:
    async def run() -> None:
        of_all = memory()
        first, large, small = (of_all.portion() for _ in range(3))
        await first.grow(SHARE + LARGEST // 2, 60)
        waiting = asyncio.create_task(large.grow(SHARE + LARGEST, 0.01))
        await asyncio.sleep(0)
        behind = asyncio.create_task(small.grow(SHARE + LARGEST // 2, 60))
        with pytest.raises(MemoryFull):
            await waiting
        await asyncio.wait_for(behind, 5)
        assert (large.size, small.size) == (SHARE, SHARE + LARGEST // 2)

    asyncio.run(run())


def test_what_was_expected_and_did_not_come_is_given_back() -> None:
    async def run() -> None:
        of_all = memory()
        portion = of_all.portion()
        await portion.grow(SHARE + LARGEST, 60)
        portion.settle(SHARE + 1)
        await of_all.portion().grow(SHARE + LARGEST - 1, 1)

    asyncio.run(run())
