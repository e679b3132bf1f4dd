"""The families of data sets, one file each."""
