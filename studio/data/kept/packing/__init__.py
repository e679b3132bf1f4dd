"""What makes the file or the folder of a ready set of those in which it is published, whole or not at all."""

from studio.data.kept.packing.making import PACKING, GoOn, Packing

__all__ = ["PACKING", "GoOn", "Packing"]
