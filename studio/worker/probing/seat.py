"""Where somebody sits who answers: the network and the data of the question before are still at hand."""

from __future__ import annotations

from pathlib import Path

from studio.runs.folder import RunFolder
from studio.runs.probes.question import Question
from studio.worker.probes import PROBES
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Probe
from studio.worker.probing.bench import Bench, Told, checkpoint_of, subject_of
from studio.worker.probing.errors import ProbeError
from studio.worker.process.control import Control


class Seat:
    """Who answers: with the bench of the question before, if the next one is about the same network."""

    def __init__(self) -> None:
        self._bench: Bench | None = None

    def ask(self, question: Question, control: Control, told: Told) -> tuple[Probe, Asked]:
        """The probe for a question, and what it works with; raises what cannot be had for it."""
        probe = PROBES.get(question.kind)
        if probe is None:
            raise ProbeError(f"There is no question “{question.kind[:40]}”.")
        if not probe.of_run:
            return probe, Asked(question, None, control, told)
        bench = self._bench
        if bench is None or not bench.answers(question):
            bench = self._bench_for(RunFolder.open(Path(question.run)), question)
        bench.use_threads()
        return probe, Asked(question, bench, control, told)

    def _bench_for(self, folder: RunFolder, question: Question) -> Bench:
        checkpoint = checkpoint_of(folder, question.checkpoint)
        subject = subject_of(question, folder, checkpoint)
        if self._bench is None or self._bench.subject != subject:
            before, self._bench = self._bench, None
            self._bench = Bench(subject, folder, checkpoint)
            if before is not None:
                self._bench.take_data(before)
        return self._bench
