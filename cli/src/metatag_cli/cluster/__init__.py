"""What `metatag doctor --cluster` looks at, from inside: run as a pod or a container beside the rooms.

Purpose: tells whether a cluster could serve, and what to do where it could not; changes nothing that stays.
Owns: nothing; it reads the variables of gateway, jobs and tagger, as they are given to those rooms.
Speaks to: everything that the rooms speak to.
Change it when: a room gets a new dependency.
"""
