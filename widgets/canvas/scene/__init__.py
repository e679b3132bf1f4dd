"""What lies on the canvas: cards and wires that mirror a document, and where they are."""
