"""What a change makes of who can use ``aws login``: principals before it and after it, brought together and compared.

Whatever there was before (a scan, a report, the state before a plan) becomes standings; so does what there is now.
"""
