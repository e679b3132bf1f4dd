"""Files that hold arrays: NumPy's, HDF5 and safetensors behind one door."""
