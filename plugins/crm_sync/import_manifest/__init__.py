"""Writes a CRM's YAML folder from a declarative connector manifest that the user has."""
