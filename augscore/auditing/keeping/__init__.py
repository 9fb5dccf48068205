"""An audit in its folder: measured, continued, joined from parts, written and read back."""
