"""Workflow releases that answer: each is made of its texts and this program's code, and the last few are remembered."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.app.drafting import model_drafter
from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import Conflict, Misconfigured, Rejected
from bot.llm.fallback import WithFallback
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.voice import Voice, parse_voice
from bot.ports import Calibration, Clock, Drafter, Embedder, Guardrail, Store, TokenEmbedder, Workflow
from bot.ports.workflow import TEXTS
from bot.settings import Settings
from bot.triage.taxonomy import parse_taxonomy, parse_tone
from bot.triage.triage import TaxonomyTriager

log = logging.getLogger(__name__)

KIND = "workflow"
_KEPT = 4  # releases that stay ready: the live one, the one before it for runs under way, a candidate and its like


@dataclass(frozen=True, slots=True)
class Program:
    """What every release is made with here. `search` names what finds articles."""

    settings: Settings
    words: Embedder
    meanings: TokenEmbedder
    questions: Embedder
    guardrails: tuple[Guardrail, ...]
    calibration: Calibration
    search: str
    books: tuple[Store, Clock]

    @property
    def code(self) -> dict[str, str]:
        """The parts of a release that are code, named: texts cannot bring back another version of them."""
        return {
            "drafter": f"{OfflineDrafter.name} {OfflineDrafter.version}",
            "guardrails": ", ".join(guardrail.name for guardrail in self.guardrails),
            "search": self.search,
        }


class Maker:
    """Makes a workflow of a release's parts; fitted triage is shared by releases that judge by the same texts."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._triager = lru_cache(maxsize=_KEPT)(self._new_triager)

    @property
    def code(self) -> Mapping[str, str]:
        return self._program.code

    def make(self, release: Release, parts: Mapping[str, str]) -> Workflow:
        """Make it; what triage goes by is fitted when it is first asked, or by `warm`.

        Raises Misconfigured for a text that cannot be read, Conflict for what this program cannot answer as."""
        self._check(release, parts)
        voice = parse_voice(parts["voice"], "The voice")
        return Workflow(
            release=release.number,
            triager=self._triager(parts["taxonomy"], parts["tone"]),
            drafter=self._drafter(voice, parts["model"], parts["prompt"]),
            guardrails=self._program.guardrails,
            calibration=self._program.calibration,
            allowed_hosts=voice.allowed_hosts,
            banned_phrases=voice.banned_phrases,
            frames=voice.frames,
        )

    def _check(self, release: Release, parts: Mapping[str, str]) -> None:
        for name, ours in self.code.items():
            if (theirs := parts.get(name, "")) != ours:
                raise Conflict(
                    f"{release.label} is of another version or setting of Ratchet: its {name} is “{theirs}”, here it "
                    f"is “{ours}”. Run that version, or put back by hand what you want of its texts (they are in "
                    "ratchet release diff)."
                )
        if parts["model"] and not self._program.settings.openai.present:
            raise Conflict(
                f"{release.label} drafts with the model {parts['model']}, and none is set up here. Set "
                "RATCHET_OPENAI_API_KEY and RATCHET_OPENAI_MODEL first."
            )

    def warm(self, parts: Mapping[str, str]) -> None:
        """Fit now, in the calling thread, what a release of these parts judges by; some seconds the first time."""
        self._triager(parts["taxonomy"], parts["tone"]).warm()

    def _new_triager(self, taxonomy: str, tone: str) -> TaxonomyTriager:
        return TaxonomyTriager(
            parse_taxonomy(taxonomy, "The taxonomy"),
            parse_tone(tone, "The tone"),
            self._program.questions,
            phone_region=self._program.settings.desk.region.upper() or None,
        )

    def _drafter(self, voice: Voice, model: str, prompt: str) -> Drafter:
        program = self._program
        offline = OfflineDrafter(program.words, program.meanings, voice)
        if not model:
            return offline
        writing = model_drafter(program.settings, voice, model=model, prompt=prompt, books=program.books)
        return WithFallback(writing, offline)


class StoredWorkflows:
    """Keeps the promises of `bot.ports.Workflows` from the releases and parts in the store."""

    def __init__(self, store: Store, clock: Clock, maker: Maker) -> None:
        self._store = store
        self._clock = clock
        self._maker = maker
        self._made: OrderedDict[int, Workflow] = OrderedDict()
        self._making = asyncio.Lock()
        self._answering: Workflow | None = None
        self._refused = 0

    async def live(self) -> Workflow:
        release = await self._store.releases.live(KIND)
        try:
            self._answering = await self._ready(release)
        except (Conflict, Misconfigured) as problem:
            if self._answering is None:
                raise
            if release.number != self._refused:
                log.warning("Answers stay with workflow v%d. %s", self._answering.release, problem)
            self._refused = release.number
        return self._answering

    async def warm(self) -> None:
        """Load and fit what the live release needs for its first answer."""
        live = await self.live()
        await asyncio.to_thread(self._maker.warm, await self.parts(live.release))

    async def get(self, number: int) -> Workflow:
        return self._made.get(number) or await self._ready(await self._store.releases.get(KIND, number))

    async def parts(self, number: int) -> Mapping[str, str]:
        return await self._texts(await self._store.releases.get(KIND, number))

    async def propose(
        self, changes: Mapping[str, str], *, beside: Release, reason: str, by: Person | None, fix: str = ""
    ) -> Release:
        if foreign := sorted(set(changes) - set(TEXTS)):
            raise Rejected(f"A workflow has no text called {foreign[0]}. Its texts are: {', '.join(TEXTS)}.")
        wanted = {**await self._texts(beside), **changes, **self._maker.code}
        try:
            await asyncio.to_thread(self._maker.make, Release(KIND, 0, {}), wanted)
        except (Conflict, Misconfigured) as problem:
            raise Rejected(str(problem)) from problem
        manifest = await self._store.workflow_parts.keep(wanted)
        return await self._store.releases.propose(KIND, manifest, reason=reason, at=self._clock.now(), by=by, fix=fix)

    async def _ready(self, release: Release) -> Workflow:
        known = self._made.get(release.number)
        if known is None:
            async with self._making:  # of many that ask at once, one makes it
                known = self._made.get(release.number) or await self._new(release)
        self._made[release.number] = known
        self._made.move_to_end(release.number)
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return known

    async def _new(self, release: Release) -> Workflow:
        return await asyncio.to_thread(self._maker.make, release, await self._texts(release))

    async def _texts(self, release: Release) -> dict[str, str]:
        texts = await self._store.workflow_parts.texts(release.manifest)
        if lost := sorted({*TEXTS, *release.manifest} - set(texts)):
            raise Conflict(f"{release.label} is from before its texts were kept ({lost[0]} is not there).")
        return texts
