"""Gates: checks that end in PASS or FAIL with raw evidence. They see the program from outside: its commands and its database."""
