"""Numbers of a run, the page that shows them, and the lock that keeps them from getting worse."""
