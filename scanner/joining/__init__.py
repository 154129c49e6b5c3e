"""Scan roots that are about one account: who names what, who stands beside whom, and what comes of it.

Identities are split over directories, states and repositories: users here, groups there, the policy in a third place. A
root is joined with others where it names something that it does not define and one of them does, in one account.
"""
