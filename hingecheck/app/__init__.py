"""The local app: a page on this machine that takes clips, measures them, and shows results and athletes."""
