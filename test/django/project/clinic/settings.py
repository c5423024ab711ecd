"""What startproject writes, plus REST framework and simplejwt with its blacklist. CLINIC_APP says which of two clinics it
is: `owned`, where a user sees the patients that they made, or `roles`, where patients and doctors have profiles."""
import os
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.contrib.auth.hashers import PBKDF2PasswordHasher

CLINIC_APP = os.environ["CLINIC_APP"]
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = f"{CLINIC_APP}.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    CLINIC_APP,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]

database = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": unquote(database.path[1:]),
    "USER": unquote(database.username or ""),
    "PASSWORD": unquote(database.password or ""),
    "HOST": database.hostname,
    "PORT": database.port or 5432,
    "CONN_MAX_AGE": 600,
}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

# Django 3.2 makes 260,000 rounds. The bench lets it make as many as the others that it is compared with.
PBKDF2PasswordHasher.iterations = int(os.environ.get("PASSWORD_ITERATIONS", PBKDF2PasswordHasher.iterations))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(hours=1), "REFRESH_TOKEN_LIFETIME": timedelta(days=7)}
