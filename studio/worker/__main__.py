"""`python -m studio.worker`: wait for commands on standard input and train."""

from __future__ import annotations

from studio.worker.process.service import main

main()
