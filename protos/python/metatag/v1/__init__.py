"""Generated from `protos/metatag/v1/*.proto` by `make protos`. Never edited."""
