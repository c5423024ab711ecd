#!/usr/bin/env python3
"""A clinic's Django backend, of the kind that Wardbook takes over from. scripts/django/start.ts starts it."""
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
execute_from_command_line(sys.argv)
