"""A receipt printer that speaks ESC/POS, over a serial line or TCP."""
