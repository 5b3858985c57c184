"""What `metatag doctor --cluster` looks at, from inside: run as a pod or a container beside the services.

Purpose: tells whether a cluster could serve, and what to do where it could not; changes nothing that stays.
Owns: nothing; it reads the variables of gateway, jobs and tagger, as they are given to those services.
Speaks to: everything that the services speak to.
Change it when: a service gets a new dependency.
"""
