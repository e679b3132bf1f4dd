"""One run from its folder to its end.

The folder says what to train: document.netloom, and model.py as long as it is what that generates. Metrics, events and
checkpoints go back into it, written by the recorder and the saver, while the driver decides between two steps what
happens next.
"""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from models.analysis.blocks import block_modules
from models.codegen.objectives import input_ids
from models.document.document import Document
from models.findings.memory import smaller_batch
from models.storage import files
from models.training.metrics import EMBEDDING
from models.training.settings import BALANCED, GROUPED, TrainingSettings
from studio.data import Data, DataError
from studio.data.baselines import baselines
from studio.runs.errors import RunError
from studio.runs.files.append_file import open_log
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import write_scale
from studio.runs.source import approved_source
from studio.worker import devices
from studio.worker.driver import Driver, Ending, as_asked
from studio.worker.errors import TRAINING_FAILURES, TrainingError, is_out_of_memory, sentence_for
from studio.worker.load import free_memory
from studio.worker.process.control import LEAVE, Control, Ended
from studio.worker.ranks.company import Company
from studio.worker.recorder import Listener, Recorder
from studio.worker.saver import Saver
from studio.worker.training.loading import kept_units, load_data, scale_of
from studio.worker.training.losses.weighing import weights_in_words
from studio.worker.training.plan import Plan, make_plan
from studio.worker.training.starting import given_to
from studio.worker.training.trainer import Trainer

INEXACT = (
    "The resumed run is close to the uninterrupted one, but not the same to the bit: "
    "the device, the data or the number of processes is another than before, or the device cannot repeat itself."
)


class Trained(NamedTuple):
    """What a run trains: its document, and the text of its module that may run."""

    document: Document
    source: str


class Outcome(NamedTuple):
    """How a session ended: "finished", "stopped", "left" (saved, to be resumed) or "failed", and why."""

    state: str
    reason: str
    epoch: int
    step: int


def train(
    run: RunFolder,
    *,
    device: str = "",
    control: Control | None = None,
    listener: Listener | None = None,
    patient: bool = False,
    trust: str = "",
    devices: int = 0,
) -> Outcome:
    """Train a new run to its end; never raises for what data, network or disk may do: that is the outcome.

    ``device`` goes before the document's choice. With ``patient`` a full disk pauses the run until `Control.go_on`
    (somebody watches); otherwise it ends it. ``listener`` is called from the training's own thread. ``trust`` lets a
    model.py run that is not what the document generates (`studio.runs.source`). ``devices`` is how many processes train
    together, 0 for as many as the document asks for.
    """
    return Session(run, device, control or Control(), listener, patient, trust, devices).run(resuming=False)


def resume(
    run: RunFolder,
    *,
    device: str = "",
    control: Control | None = None,
    listener: Listener | None = None,
    patient: bool = False,
    trust: str = "",
    devices: int = 0,
) -> Outcome:
    """Go on with a run from its newest sound checkpoint, or from the beginning if there is none; see `train`."""
    return Session(run, device, control or Control(), listener, patient, trust, devices).run(resuming=True)


class Session:
    """A training under way; use `train` and `resume`, or this to watch ``ticks``, the batches done, from elsewhere."""

    def __init__(
        self,
        run: RunFolder,
        device: str,
        control: Control,
        listener: Listener | None,
        patient: bool,
        trust: str = "",
        count: int = 0,
    ) -> None:
        """``count`` is how many processes train, 0 for as many as the settings ask for."""
        self.folder = run
        self.count = count
        self.trust = trust
        self.wanted_device = device
        self.control = control
        self.listener = listener
        self.patient = patient
        self.trainer: Trainer | None = None
        self.device = device or "the computer"
        self.driver: Driver | None = None
        self.left_behind = False
        """Whether reading data goes on although nobody waits for it, so that this process should end."""
        self._recorder: Recorder | None = None
        self._room = self._examples = 0
        """Bytes on the device for weights and steps, and examples to train on; 0 where they are not known."""

    def run(self, *, resuming: bool) -> Outcome:
        """Train to the end; see the functions of this module."""
        try:
            # Before anything is written: the folder may be somebody else's.
            document = files.read_whole(self.folder.document_path)
            source = approved_source(self.folder, document, self.trust)
            recorder = self._recorder = Recorder(self.folder, self.control, self.listener, self.patient)
        except (RunError, files.FileError) as error:
            return self._outcome(Ending("failed", str(error)))
        saver = Saver(self.folder.checkpoints, recorder)
        try:
            ending = self._attempt(Trained(document, source), recorder, saver, resuming)
            recorder.note(*ending)
        finally:
            saver.close()
            recorder.close()
            if self.trainer:
                self.trainer.plan.rest()
        return self._outcome(ending)

    @property
    def ticks(self) -> int:
        """How many batches are done."""
        return self.driver.ticks if self.driver else 0

    def abandon(self, reason: str) -> None:
        """Leave a word why the process ends in the midst of a step; from another thread, just before it does."""
        if self._recorder:
            self._recorder.abandon(reason)

    def _attempt(self, what: Trained, recorder: Recorder, saver: Saver, resuming: bool) -> Ending:
        try:
            return self._accompanied(what, recorder, saver, resuming)
        except Ended as ended:
            self.left_behind = ended.left_behind
            return as_asked(self.control, " before the first step.")
        except RunError as error:
            if self.control.wanted == LEAVE:
                return Ending("left", f"{self.control.reason}. {error}")
            return Ending("stopped" if self.control.ends else "failed", str(error))
        except DataError as error:
            return Ending("failed", str(error))
        except (TrainingError, *TRAINING_FAILURES) as error:
            self._log_traceback()
            fits = self._fitting(what.document, recorder) if is_out_of_memory(error) else 0
            return Ending("failed", sentence_for(error, device=self.device, fits=fits))

    def _accompanied(self, what: Trained, recorder: Recorder, saver: Saver, resuming: bool) -> Ending:
        """Train together with the other processes that the settings, or a launcher, ask for."""
        settings, _ = TrainingSettings.read(what.document.training)
        count, go_on = self.count or settings.devices, self.control.end_if_asked
        company = self._company = Company(self.folder, count, self.wanted_device, self.trust, go_on)
        try:
            with company.watched(self._lost):
                self.trainer = self._prepare(what, recorder, saver, resuming)
                company.begin(saver.began_at)
                self.driver = Driver(self.trainer, recorder, saver, self.control)
                ending = self.driver.run()
                company.finish()
                return ending
        except TRAINING_FAILURES as error:
            if reason := company.reason_for(error):
                raise TrainingError(reason) from error
            raise
        finally:
            company.close()

    def _lost(self, reason: str) -> None:
        """Another process is gone, and this one waits for it in a way that nothing else ends."""
        self.abandon(reason)
        print(reason, file=sys.stderr, flush=True)
        os._exit(1)

    # Before the first step

    def _prepare(self, what: Trained, recorder: Recorder, saver: Saver, resuming: bool) -> Trainer:
        recorder.tell("loading")
        settings, _ = TrainingSettings.read(what.document.training)
        plan, data = self._plan(what, settings, recorder, resuming=resuming)
        scale = scale_of(data, input_ids(what.document), plan.objectives)
        recorder.on_disk(lambda: write_scale(self.folder.scale_path, scale))
        for note in _told(plan, settings, data):
            recorder.write("note", message=note)
        for warning in _warnings(plan, settings, data, block_modules(what.document.network)):
            recorder.write("warning", message=warning)
        trainer = Trainer(plan)
        if not resuming:
            recorder.write("started", **_facts(plan), data=baselines(data))
            recorder.keep_samples(trainer)
            return trainer
        exact, facts = saver.go_back(trainer)
        recorder.write("resumed", exact=exact, epoch=trainer.epoch, **_facts(plan), step=trainer.step, **facts)
        if not exact:
            recorder.write("warning", message=INEXACT)
        recorder.keep_samples(trainer)
        return trainer

    def _plan(
        self, what: Trained, settings: TrainingSettings, recorder: Recorder, *, resuming: bool
    ) -> tuple[Plan, Data]:
        company = self._company
        given = given_to(self.folder, settings, resuming=resuming)
        device = devices.resolve(self.wanted_device or settings.device, company.place)
        self.device = str(device)

        def loaded(done: int, total: int) -> None:
            recorder.tell("loading", done=done, total=total)

        data = load_data(what.document.data, self.folder.header["document_path"], self.control, loaded)
        path, class_name = self.folder.source_path, self.folder.header["class"]
        go_on = self.control.end_if_asked
        team = company.connect(device, what.document, go_on)
        units = kept_units(self.folder, resuming=resuming)
        self._room = free_memory(device)
        plan = make_plan(what.document, what.source, path, data, device, go_on, class_name, given, team, units)
        self._room = free_memory(device) + sum(weight.nbytes for weight in plan.model.parameters())
        self._examples = len(plan.train)
        return plan, data

    # The end

    def _fitting(self, document: Document, recorder: Recorder) -> int:
        """Write down that memory ran out, with the batch size for which there would be room."""
        fits = smaller_batch(document, self._room, self._examples)
        with suppress(RunError):
            recorder.write("memory", device=self.device, room=self._room, fits=fits)
        return fits

    def _log_traceback(self) -> None:
        with suppress(OSError, RunError), open(open_log(self.folder.log_path), "a", encoding="utf-8") as log:
            traceback.print_exc(file=log)

    def _outcome(self, ending: Ending) -> Outcome:
        trainer = self.trainer
        return Outcome(*ending, trainer.epoch if trainer else 0, trainer.step if trainer else 0)


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "device": str(plan.device),
        "parameters": sum(weight.numel() for weight in plan.model.parameters()),
        "examples": len(plan.train),
        "steps_per_epoch": plan.batches,
        "epochs": plan.epochs,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        **({"dropout": True} if plan.drops else {}),
        **({"processes": plan.team.count} if plan.team.count > 1 else {}),
    }


def _told(plan: Plan, settings: TrainingSettings, data: Data) -> list[str]:
    """How a run begins and what its epochs are made of, as it was asked for."""
    told = list(plan.begun.told)
    if settings.sampling == BALANCED:
        told.append(f"An epoch draws {len(plan.train):,} examples, all classes alike: some often, some not at all.")
    if settings.sampling == GROUPED:
        told.append(f"Batches hold {settings.per_class:,} examples of a class; an epoch draws {len(plan.train):,}.")
    for objective, weights in zip(plan.objectives, plan.class_weights, strict=True):
        if weights is not None:
            told.append(weights_in_words(objective.loss, data.target(objective.output).classes, weights))
    return told


def _warnings(plan: Plan, settings: TrainingSettings, data: Data, blocks: list[str]) -> list[str]:
    """What a user should know before the first step."""
    notes = list(data.warnings)
    if settings.batch_size > len(plan.train):
        notes.append(
            f"The batch size {settings.batch_size:,} is more than the {len(plan.train):,} training examples; "
            "all of them make one batch."
        )
    notes += plan.begun.warnings
    notes += [f"{misfit.reason} It is left out." for misfit in plan.augmenter.misfits]
    notes += plan.train.told()
    if settings.checkpoint_blocks and not blocks:
        notes.append("The network has no blocks to work out again; checkpointing by blocks keeps all.")
    if plan.drops_example:
        notes.append("Batch normalization cannot train on the last batch of one example; each epoch leaves it out.")
    return notes + _of_several(plan)


def _of_several(plan: Plan) -> list[str]:
    """What is different on several processes."""
    if plan.team.count == 1:
        return []
    notes = []
    if plan.captures:
        notes.append("Steps on several graphics cards are not captured as a CUDA graph.")
    if any(weights is not None for weights in plan.class_weights):
        notes.append("Weights of classes are averaged within each process’s own part of a batch.")
    if any(objective.loss.answers == EMBEDDING for objective in plan.objectives):
        notes.append("Examples are compared with those in each process’s own part of a batch, not the whole one.")
    norms = [module for module in plan.model.modules() if isinstance(module, _BatchNorm)]
    if any(not isinstance(module, nn.SyncBatchNorm) for module in norms):
        remedy = "" if plan.device.type == "cuda" else "; SyncBatchNorm runs on graphics cards alone"
        notes.append(f"Batch normalization takes each process’s own part of a batch, not the whole one{remedy}.")
    return notes
