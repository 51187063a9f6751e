"""What pickles would import and call, found by following their opcodes. Nothing is loaded."""
