"""A schema test harness and RLS conformance suite for PostgreSQL and Supabase."""

__version__ = "0.1.0"
