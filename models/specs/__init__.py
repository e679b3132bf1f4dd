"""Things with declared fields: layer kinds, optimizers, losses, data sets, settings."""
