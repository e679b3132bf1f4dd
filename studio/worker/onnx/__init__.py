"""A network as an ONNX file, written by torch and read again by onnxruntime before it is kept."""
