"""Makes the accounts that no API makes: an administrator, an inactive one, and passwords hashed in other ways. Prints them."""
import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402

PASSWORD = "seven green lamps"


def add(username, *, email="", hashed=None, **fields):
    user = User.objects.create(username=username, email=email, password=hashed or make_password(PASSWORD), **fields)
    if settings.CLINIC_APP == "roles":
        from roles.models import PatientProfile, Profile
        Profile.objects.create(user=user, role="admin" if user.is_superuser else "patient")
        if not user.is_superuser:
            PatientProfile.objects.create(user=user, name=username)
    return {"id": user.pk, "username": username, "email": email, "password": PASSWORD}


people = [
    add("boss", is_staff=True, is_superuser=True),  # without an email, as createsuperuser allows
    add("gone", email="gone@clinic.example", is_active=False),
    add("older", email="older@clinic.example", hashed=make_password(PASSWORD, hasher="pbkdf2_sha1")),
    # as Django 5.2 makes it
    add("newer", email="newer@clinic.example", hashed=PBKDF2PasswordHasher().encode(PASSWORD, "s4ltOfAN3werDjang0", 1_000_000)),
    add("locked", email="locked@clinic.example", hashed=make_password(None)),
]
print(json.dumps(people))
