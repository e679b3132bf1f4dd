"""The log of metrics: its layout, its writer, its reader."""
