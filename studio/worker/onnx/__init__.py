"""Networks as ONNX files: written by torch, opened again by onnxruntime before they are kept; imports compared."""
