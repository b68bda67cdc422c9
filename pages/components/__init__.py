"""What pages share: data, filters, charts, cards and every word of the board."""
