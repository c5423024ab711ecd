from django.conf import settings
from django.db import models


class Profile(models.Model):
    ROLES = [("patient", "Patient"), ("doctor", "Doctor"), ("admin", "Admin")]
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    role = models.CharField(max_length=10, choices=ROLES)


class Person(models.Model):
    name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["id"]


class PatientProfile(Person):
    GENDERS = [("male", "Male"), ("female", "Female"), ("other", "Other")]
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="patient_profile")
    age = models.IntegerField(null=True, blank=True)
    gender = models.CharField(max_length=10, choices=GENDERS, null=True, blank=True)
    phone = models.CharField(max_length=20, null=True, blank=True)
    address = models.TextField(null=True, blank=True)
    medical_history = models.TextField(null=True, blank=True)


class DoctorProfile(Person):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="doctor_profile")
    specialization = models.CharField(max_length=100)
    license_number = models.CharField(max_length=50, null=True, blank=True)


class PatientDoctorMapping(models.Model):
    patient = models.ForeignKey(PatientProfile, on_delete=models.CASCADE, related_name="mappings")
    doctor = models.ForeignKey(DoctorProfile, on_delete=models.CASCADE, related_name="mappings")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = [("patient", "doctor")]
