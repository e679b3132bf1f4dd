"""`python -m studio.worker.reading FOLDER`: do what FOLDER/order.json asks for, under limits; answer in FOLDER."""

from __future__ import annotations

from studio.worker.importing.limits import isolate

ISOLATED = isolate()  # before anything starts a thread

if __name__ == "__main__":
    from studio.worker.reading.child import main

    main()
