"""Documents to compare: located on disk, in git or in memory, read once, refused where no answer would be worth anything."""
