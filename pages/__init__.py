"""The board: one script per menu entry, and the components they share."""
