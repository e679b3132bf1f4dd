"""Several processes that train one network, each with a part of every batch."""
