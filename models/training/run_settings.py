"""The settings of a run that its network and its updates do not depend on: where it trains, how data comes there, which
weights it starts from, and what it writes down."""

from __future__ import annotations

from models.specs.fields import Bool, Choice, Int, Text
from models.specs.spec import Spec

SCALED = "float16"
"""The precision whose gradients are scaled, so that small ones do not vanish."""
HALF = ("bfloat16", SCALED)
"""Precisions that run under `torch.autocast`."""
DRAWN, GIVEN, RUN, FILE = "drawn", "numbers", "run", "file"
"""Where the first weights of a run come from: the seed, the document's section "numbers", or another run."""

MEASURED, THREADS, SPAWN, FORKSERVER = "auto", "threads", "spawn", "forkserver"
"""What decodes streamed images: the faster, threads, or processes by how they start."""

SPEED, START, RECORDS = "Precision & speed", "Starting point", "Records"


class RunSettings(Spec):
    """Fields of `TrainingSettings`, in the last sections of its form."""

    # Precision & speed

    device = Choice(
        "auto",
        ("auto", "cpu", "cuda", "mps", *(f"cuda:{index}" for index in range(16))),
        section=SPEED,
        help="Where to train; auto takes the best there is.",
    )
    devices = Int(
        1,
        minimum=1,
        maximum=64,
        label="Devices",
        unit="processes",
        section=SPEED,
        advanced=True,
        help="Graphics cards, or processes on a CPU, that train together: each takes its part of every batch.",
    )
    sync_batch_norm = Bool(
        False,
        label="Sync norms",
        section=SPEED,
        advanced=True,
        help="PyTorch’s SyncBatchNorm: on several graphics cards, normalize over the whole batch, not its parts.",
    )
    num_workers = Int(
        0,
        minimum=0,
        maximum=256,
        section=SPEED,
        unit="workers",
        advanced=True,
        help="Threads or processes that decode images where these are streamed; 0 tries 1, 2, 4 and one a core up to "
        "eight, and takes the fastest.",
    )
    multiprocessing_context = Choice(
        MEASURED,
        (MEASURED, THREADS, SPAWN, FORKSERVER),
        label="Start method",
        section=SPEED,
        advanced=True,
        help="PyTorch’s multiprocessing_context. What decodes streamed images: threads, or processes, each started "
        "anew (spawn) or forked from a fresh one (forkserver, not on Windows). auto: threads; processes where "
        "Python’s lock holds up threads and 10,000 images or more are decoded faster so.",
    )
    persistent_workers = Bool(
        True,
        label="Keep workers",
        section=SPEED,
        advanced=True,
        help="PyTorch’s persistent_workers: processes that decode images stay from epoch to epoch. Off: they end "
        "behind each pass over the data, which frees their memory, and start anew.",
    )
    prefetch_factor = Int(
        2,
        minimum=1,
        maximum=256,
        label="Prefetched",
        section=SPEED,
        unit="batches",
        advanced=True,
        help="Batches that are fetched ahead where data is streamed, or lies in another memory than the device's.",
    )
    pin_memory = Bool(
        True,
        section=SPEED,
        advanced=True,
        help="Gather batches for a graphics card in locked memory, which it copies from while it computes.",
    )
    precision = Choice(
        "float32",
        ("float32", "tf32", *HALF),
        section=SPEED,
        help="bfloat16, float16: products in half the bits, weights stay float32; float16 scales gradients. tf32: on "
        "NVIDIA cards, products rounded.",
    )
    cuda_graph = Bool(
        True,
        label="CUDA graph",
        section=SPEED,
        advanced=True,
        help="On NVIDIA cards, replay each step as one CUDA graph where that is measured to be faster.",
    )
    fused = Bool(
        True,
        label="Fused step",
        section=SPEED,
        advanced=True,
        help="PyTorch’s fused: SGD, Adam and AdamW move all weights in one kernel. Off: the plain form, equal within "
        "rounding, which is slower and is not captured as a CUDA graph.",
    )
    channels_last = Bool(
        True,
        label="Channels last",
        section=SPEED,
        advanced=True,
        help="PyTorch’s memory_format: two-dimensional convolutions with channels innermost, where that is faster: on "
        "processors, and on graphics cards in half the bits. Off: as PyTorch lays them out, equal within rounding, but "
        "dropout draws others.",
    )
    compile = Bool(
        False,
        label="torch.compile",
        section=SPEED,
        advanced=True,
        help="Have kernels written for the network, and keep them where steps are measured to be faster. Takes a "
        "minute at the start; losses agree within rounding, and a resumed run is close, not the same to the bit.",
    )

    activation_checkpointing = Int(
        0,
        label="Checkpointing",
        minimum=0,
        maximum=100_000,
        unit="layers",
        section=SPEED,
        advanced=True,
        help="Activation checkpointing: keep what every so many layers give, where one value leads on, and work out "
        "the rest again for the gradients: less memory, about a third more time, the same losses. 0 keeps all.",
    )
    checkpoint_blocks = Bool(
        False,
        label="By blocks",
        section=SPEED,
        advanced=True,
        help="Activation checkpointing block by block, each repetition by itself: keep what a block is given, and work "
        "out the rest of it again for the gradients. Goes before Checkpointing.",
    )
    deterministic = Bool(
        False,
        section=SPEED,
        advanced=True,
        help="On graphics cards too, the same to the bit each time. Slower there, and layers that cannot do it end "
        "the run with a sentence. On the CPU a run repeats itself anyway.",
    )

    # Starting point

    seed = Int(0, section=START, help="Start of all random numbers: the same seed gives the same run.")
    start_from = Choice(
        DRAWN,
        (DRAWN, GIVEN, RUN, FILE),
        label="Weights from",
        section=START,
        help="Drawn at random from the seed, those under Numbers, a run's or a file's, as far as the network has them.",
    )
    start_run = Text(
        "",
        listed=True,
        label="From the run",
        section=START,
        advanced=True,
        help="Id of the run that gives the first weights, its best; behind a slash /last, /previous or a step’s.",
    )

    start_file = Text(
        "",
        path=True,
        label="From the file",
        section=START,
        advanced=True,
        help="A safetensors file, or a PyTorch state dict; relative paths start at the document. No code of it runs.",
    )
    start_sha256 = Text(
        "",
        label="Its SHA-256",
        section=START,
        advanced=True,
        help="Checksum of that file: training refuses one whose content is another. Empty: whatever it holds.",
    )

    # Records

    health = Bool(
        True,
        label="Layer health",
        section=RECORDS,
        help="Note a few times an epoch what every layer gives, its gradient, and how far its weights move.",
    )
    samples_over_time = Bool(
        True,
        label="Single samples",
        section=RECORDS,
        advanced=True,
        help="Keep every training sample's loss and every validation answer of each epoch, to look at in Inspect.",
    )
