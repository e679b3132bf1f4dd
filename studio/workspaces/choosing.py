"""Which run a page shows that looks at one at a time."""

from __future__ import annotations

from collections.abc import Sequence

from studio.runs.summary import RunSummary


def run_to_show(summaries: Sequence[RunSummary], present: str, document: str, before: str, latest: str = "") -> str:
    """The id of the run to show among these, the latest first; "" where there are none.

    The ``present`` one stays while it is there. Else, and beside another ``document`` than ``before`` (paths, "" for
    none) that has runs of its own, it is the one trained ``latest`` here, the newest of the document, or of all.
    """
    ids = [run.id for run in summaries]
    own = [run.id for run in summaries if document and run.document_path == document]
    if present in ids and (document == before or present in own or not own):
        return present
    return latest if latest in ids else next(iter([*own, *ids]), "")
