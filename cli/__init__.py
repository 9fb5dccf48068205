"""The command line of augscore; installed as `augscore_cli`."""
