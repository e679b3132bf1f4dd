"""What a hand can do on the canvas: one class, one file a gesture. A gesture asks for one edit when it ends."""
