"""How a training script makes its updates: the optimizer with what acts before and behind a step, and the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from models.codegen.formatting import literal, statement
from models.codegen.measuring import TRAINING_AFTERWARDS, TRAINING_MEANWHILE
from models.codegen.portable import portable
from models.training import Optimizer, Schedule, TrainingSettings
from models.training.metrics import Measure
from models.training.schedules import UNMOVED
from models.training.settings import EMA, NONE, SCALED, SWA


class UpdateCode:
    """Lines for ``main`` of a script, by the settings; ``skips`` tells that a batch of one example is left out,
    ``blocks`` are the modules that are to be worked out again for the gradients, ``draws`` that layers draw numbers."""

    def __init__(
        self,
        settings: TrainingSettings,
        skips: bool,
        watched: Measure | None,
        factors: Mapping[str, float],
        blocks: list[str],
        draws: bool,
    ) -> None:
        self.settings, self.skips, self.watched, self.factors = settings, skips, watched, dict(factors)
        self.blocks, self.draws = blocks, draws
        self.recomputed = 0 if settings.checkpoint_blocks else settings.activation_checkpointing
        self.epochs = "epochs" if settings.updates else "EPOCHS"
        """The name of how many epochs there are."""
        self.schedule = cast(Schedule, settings.schedule)
        self.optimizer_kind = cast(Optimizer, settings.optimizer)
        averages = {"put_in", "put_back", "exchange"}
        wanted = {
            "train_step": not (settings.accumulates or self.optimizer_kind.asks_again),
            **dict.fromkeys(("closure_step", "loss_again"), self.optimizer_kind.asks_again),
            **dict.fromkeys(("divided", "tables_of"), bool(self.optimizer_kind.module)),
            **{name: self.optimizer_kind.parts == name for name in ("with_muon", "with_tables")},
            **dict.fromkeys(("recompute", "parts_of"), self.recomputed > 0),
            "recompute_blocks": bool(blocks),
            **dict.fromkeys(("keep_inputs", "again_at_rest"), bool(self.recomputing())),
            **dict.fromkeys(("accumulated_step", "counted"), settings.accumulates),
            "parameter_groups": settings.spares_vectors,
            "at_own_rates": bool(self.factors),
            "begin_at_rest": bool(settings.begun),
            "add_l1": settings.l1 > 0,
            "clip_value": settings.clip_grad_value is not None,
            "clip_norm": settings.clip_grad_norm is not None,
            "weights_of": settings.clip_grad_value is not None
            or settings.clip_grad_norm is not None
            or bool(settings.begun),
            "follow": settings.average == EMA,
            "take_in": settings.average == SWA,
            "judged": settings.patience > 0,
            **dict.fromkeys(("copied", "restore"), settings.patience > 0 and settings.restore_best),
            "updates_in_epoch": settings.updates > 0,
            **dict.fromkeys(averages, settings.average != NONE),
        }
        self.unused = {name for name, is_wanted in wanted.items() if not is_wanted}
        """Functions of the loop that the script does without."""

    def recomputing(self) -> list[str]:
        """What has values worked out again for the gradients."""
        if self.blocks:
            return statement(4, f"recompute_blocks(model, {literal(self.blocks)}, draws={self.draws})")
        return [f"    recompute(model, {self.recomputed}, draws={self.draws})"] if self.recomputed else []

    def imports(self) -> set[str]:
        """Imports beside those of every script."""
        settings = self.settings
        hooks = settings.l1 or settings.clip_grad_value or settings.clip_grad_norm or settings.average == EMA
        found = {"from functools import partial"} if hooks else set()
        return found | ({"import os"} if settings.deterministic else set())

    def constants(self) -> list[str]:
        """Constants beside those of every script."""
        pairs = ", ".join(f"{literal(name)}: {factor!r}" for name, factor in self.factors.items())
        return statement(0, f"FACTORS = {{{pairs}}}") if self.factors else []

    def determinism(self) -> list[str]:
        """What makes every operation repeat itself to the bit."""
        if not self.settings.deterministic:
            return []
        return [
            '    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"',
            "    torch.use_deterministic_algorithms(True)",
        ]

    def optimizer(self, behind: list[str]) -> list[str]:
        """The optimizer and all that goes with it; what stands ``behind`` it comes before averages follow."""
        settings = self.settings
        parameters = "parameter_groups(model)" if settings.spares_vectors else "model.parameters()"
        lines = []
        whole = parameters if settings.spares_vectors else '[{"params": list(model.parameters())}]'
        if self.factors:
            rate = cast(Optimizer, settings.optimizer).lr
            lines, parameters = statement(4, f"groups = at_own_rates({whole}, model, FACTORS, {rate!r})"), "groups"
        if self.optimizer_kind.module:
            apart = f"{self.optimizer_kind.parts}({parameters if self.factors else whole}, model)"
            lines, parameters = [*lines, *statement(4, f"groups = {apart}")], "groups"
        made = cast(Optimizer, settings.optimizer).expression(parameters, fused=settings.fuses)
        lines += statement(4, f"optimizer = {made}")
        lines += statement(4, f'begin_at_rest(optimizer, "{settings.begun}")') if settings.begun else []
        lines += behind
        before = {"add_l1": settings.l1, "clip_value": settings.clip_grad_value, "clip_norm": settings.clip_grad_norm}
        for name, value in before.items():
            if value:
                lines += statement(4, f"optimizer.register_step_pre_hook(partial({name}, {value!r}))")
        if settings.average != NONE:
            lines.append("    averages = [weight.detach().clone() for weight in model.parameters()]")
        if settings.average == EMA:
            follows = f"partial(follow, averages, model, {settings.average_decay!r})"
            lines += statement(4, f"optimizer.register_step_post_hook({follows})")
        if settings.accumulates:
            enabled = settings.precision == SCALED
            lines += statement(4, f"scaler = torch.amp.GradScaler(torch.device(DEVICE).type, enabled={enabled})")
        if self.schedule.reaction and self.watched:
            lines.append(f"    reaction = {UNMOVED!r}")
        if settings.patience and self.watched:
            lines.append("    best, stale = None, 0")
            lines += ["    top, at_top = None, []"] if settings.restore_best else []
        return lines

    def length(self) -> list[str]:
        """The lines that work out how many epochs there are, where updates are counted."""
        if not self.settings.updates:
            return []
        together = self.settings.accumulate
        each = f"updates_in_epoch(len(inputs[0]), BATCH_SIZE, {self.skips}, {together})"
        return [*statement(4, f"each = {each}"), "    epochs = -(-UPDATES // each)"]

    def functions(self) -> list[str]:
        """The function of a schedule that reacts."""
        react = type(self.schedule).reaction
        return [portable(react, "reaction_to")] if react and self.watched else []

    def classes(self) -> set[str]:
        """The classes of our own that updates need."""
        recomputes = {"AtRest"} if self.recomputing() else set()
        return recomputes | ({"TwoParts", self.optimizer_kind.module} if self.optimizer_kind.module else set())

    @property
    def total(self) -> str:
        """How many updates there are, as an expression."""
        return "UPDATES" if self.settings.updates else f"EPOCHS * len({self.updates})"

    @property
    def updates(self) -> str:
        """The name of the updates of an epoch."""
        return "updates" if self.settings.accumulates else "batches"

    def epoch(self, draw: str, rate: list[str], augmented: list[str], meanwhile: bool, streams: bool) -> list[str]:
        """The updates of an epoch and what is measured of the training part, ``meanwhile`` or behind it.

        ``draw`` begins the call that draws the batches, up to their size, ``rate`` are the lines that set the learning
        rate of each update, ``augmented`` those that change a batch; what ``streams`` is fetched ahead.
        """
        batches = f"        batches = {draw}, order, DEVICE, {self.skips})"
        left = [f"        {self.updates} = {self.updates}[: UPDATES - epoch * each]"] if self.settings.updates else []
        told = TRAINING_MEANWHILE if meanwhile else TRAINING_AFTERWARDS
        found = "losses, _ = " if meanwhile else ""
        step = "closure_step" if self.optimizer_kind.asks_again else "train_step"
        if not self.settings.accumulates:
            return [
                batches,
                *left,
                _each_of("rows", "batches", 8, streams),
                *rate,
                *_examples("rows", 12, streams),
                *augmented,
                f"            {found}{step}(",
                "                model, objectives, optimizer, *batch, refuse_bad_loss",
                "            )",
                *told,
            ]
        size = self.settings.accumulate
        return [
            batches,
            *statement(8, f"updates = [batches[at : at + {size}] for at in range(0, len(batches), {size})]"),
            *left,
            "        for update in updates:",
            *rate,
            "            parts, rows = [], torch.cat(update)",
            _each_of("some", "update", 12, streams),
            *_examples("some", 16, streams),
            *(f"    {line}" for line in augmented),
            "                parts.append(batch)",
            f"            {found}accumulated_step(",
            "                model, objectives, optimizer, scaler, parts, refuse_bad_loss",
            "            )",
            *told,
        ]

    def validation(self) -> list[str]:
        """Validation, of the average where there is one."""
        measured = "        found = evaluate(model, objectives, *validation)"
        if self.settings.average == NONE:
            return [measured]
        if self.settings.average == EMA:
            return [
                "        kept = put_in(averages, model, ())",
                measured,
                "        put_back(averages, model, kept)",
            ]
        alone = ["            rows = rows[:-1] if len(rows[-1]) == 1 else rows"] if self.skips else []
        share = self.settings.average_from
        first = f"int({share!r} * epochs)" if self.settings.updates else str(self.settings.first_averaged(0))
        return [
            f"        averaged = epoch - {first}",
            "        if averaged >= 0:",
            "            take_in(averages, model, averaged)",
            "            rows = in_order(len(inputs[0]), BATCH_SIZE, DEVICE)",
            *alone,
            "            every = (picked(inputs, batch) for batch in rows)",
            "            kept = put_in(averages, model, every)",
            measured,
            "        if averaged >= 0:",
            "            put_back(averages, model, kept)",
        ]

    def testing(self) -> list[str]:
        """The measuring of the part that was kept apart, of the average where there is one."""
        measured = "    found = evaluate(model, objectives, *test)"
        if self.settings.average == NONE:
            return [measured]
        if self.settings.average == EMA:
            return ["    put_in(averages, model, ())", measured]
        alone = ["        rows = rows[:-1] if len(rows[-1]) == 1 else rows"] if self.skips else []
        return [
            "    if averaged >= 0:",
            "        rows = in_order(len(inputs[0]), BATCH_SIZE, DEVICE)",
            *alone,
            "        put_in(averages, model, (picked(inputs, batch) for batch in rows))",
            measured,
        ]

    def ending(self) -> list[str]:
        """The end of an epoch, which may be that of the training."""
        settings, watched = self.settings, self.watched
        if watched is None:
            return []
        higher = not watched.lower_is_better
        value = f"values[{literal(f'validation/{watched.key}')}]"
        reacts = []
        if self.schedule.reaction:
            chosen = "".join(f", {name}={value!r}" for name, value in self.schedule.chosen().items())
            rate = cast(Optimizer, settings.optimizer).lr
            reacts = statement(8, f"reaction = reaction_to({value}, reaction, {higher}, {rate!r}{chosen})")
        if not settings.patience:
            return reacts
        kept, restored = self._best(value, higher) if settings.restore_best else ([], [])
        return [
            *reacts,
            *kept,
            *statement(8, f"best, stale = judged({value}, best, stale, {settings.min_delta!r}, {higher})"),
            f"        if stale >= {settings.patience}:",
            *restored,
            "            break",
        ]

    def _best(self, value: str, higher: bool) -> tuple[list[str], list[str]]:
        """Lines that keep the weights of the best epoch, and those that take them up again."""
        averages = "[]" if self.settings.average == NONE else "averages"
        kept = [
            *statement(8, f"top, worse = judged({value}, top, 0, 0.0, {higher})"),
            "        if not worse:",
            f"            at_top = copied(model, {averages})",
        ]
        restored = [f"            restore(at_top, model, {averages})"]
        if self.settings.average == SWA:
            kept.append("            averaged_at_top = averaged")
            restored.append("            averaged = averaged_at_top if at_top else averaged")
        return kept, restored


def _each_of(rows: str, batches: str, indent: int, streams: bool) -> str:
    """The head of a loop over batches, with their examples where these are fetched ahead."""
    each, every = (f"{rows}, batch", f"ahead(inputs, targets, {batches})") if streams else (rows, batches)
    return f"{' ' * indent}for {each} in {every}:"


def _examples(rows: str, indent: int, streams: bool) -> list[str]:
    """The line that picks the examples of a batch, where nothing fetched them."""
    return [] if streams else [f"{' ' * indent}batch = picked(inputs, {rows}), picked(targets, {rows})"]
