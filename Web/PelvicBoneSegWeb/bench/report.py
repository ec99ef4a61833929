"""What was measured, in lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .four_users import Wish, is_fair, turns
from .processes import Memory
from .scroll import LIMIT, NOTCHES_A_SECOND, Scroll
from .to_bone import LIMIT_S, STAGES, ToBone


class Report:
    """Lines that are printed as they come, and kept for the page."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str = "") -> None:
        """Add a line."""
        print(line, flush=True)
        self.lines.append(line)

    def ways(self, ways: Mapping[str, ToBone]) -> None:
        """Add how long it took from the file to the bone."""
        self.say()
        self.say(f"{'both femurs':30}" + "".join(f"{title:>12}" for title in ways))
        for stage in STAGES:
            self._seconds(stage, (way.stages[stage] for way in ways.values()))
        wholes = [way.whole for way in ways.values()]
        self._seconds("from file to turned bone", wholes, f"   limit {LIMIT_S:.0f}")
        for kind in next(iter(ways.values())).processor:
            times = (way.processor[kind] for way in ways.values())
            self._seconds(f"… processor time, {kind}", times)

    def scrolls(self, scrolls: Mapping[str, Scroll], peers: Mapping[str, Scroll]) -> None:
        """Add how views follow the wheel, ours and the peer's, by the same names."""
        title = f"wheel, {NOTCHES_A_SECOND} notches/s"
        heads = ("notches", "pictures", "other views", "answer", "processor")
        self.say()
        self.say(f"{title:30}" + "".join(f"{head:>13}" for head in heads))
        for name, scroll in scrolls.items():
            peer = peers[name]
            ratio = peer.processor_s / scroll.processor_s
            self._scroll(name, scroll, f"limit {LIMIT} pictures/s")
            self._scroll("… trame-slicer’s defaults", peer, f"ratio {ratio:.1f}")

    def memory_heading(self) -> None:
        """Add the heading for `memory`."""
        self.say()
        self.say(f"{'memory':30}{'resident':>12}{'its own':>12}{'and its share':>16}")

    def memory(self, title: str, memory: Memory) -> None:
        """Add what a process holds."""
        resident, private, share = memory.resident, memory.private, memory.share
        self.say(f"{title:30}{resident:9.0f} MB{private:9.0f} MB{share:13.0f} MB")

    def together(self, title: str, share: float) -> None:
        """Add what several processes hold, below `memory`."""
        self.say(f"{title:54}{share:13.0f} MB")

    def wishes(self, wishes: Sequence[Wish], users: Sequence[str]) -> None:
        """Add who waited for how long, and whether it was fair to users in the order they came."""
        self.say()
        self.say(f"{'users at once, as served':30}{'waited':>12}{'worked on':>12}")
        for one in sorted(wishes, key=lambda wish: wish.turn):
            self._seconds(one.user, (one.turn - one.asked, one.done - one.turn))
        verdict = "yes" if is_fair(turns(wishes), users) else "NO"
        self.say(f"{'each once, as they came, before anybody twice':54}{verdict}")

    def _seconds(self, title: str, seconds: Iterable[float], verdict: str = "") -> None:
        self.say(f"{title:30}" + "".join(f"{one:10.2f} s" for one in seconds) + verdict)

    def _scroll(self, title: str, scroll: Scroll, verdict: str) -> None:
        self.say(
            f"{title:30}{scroll.notches:11.1f}/s{scroll.pictures:11.1f}/s{scroll.others:11.1f}/s"
            f"{1000 * scroll.answer_s:10.0f} ms{1000 * scroll.processor_s:10.1f} ms   {verdict}"
        )
