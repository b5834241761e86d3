"""Outcomes held against the contract."""
