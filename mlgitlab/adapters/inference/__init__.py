"""Models that answer: processes, HTTP servers and ONNX Runtime, started for a measurement and ended after it."""
