"""Wire contracts. Edit `protos/metatag/v1/*.proto`, then run `make protos`; never edit what is generated here."""
