from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.validators import UniqueValidator
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer

from .models import DoctorProfile, PatientDoctorMapping, PatientProfile, Profile


class UserSerializer(serializers.ModelSerializer):
    role = serializers.CharField(source="profile.role")

    class Meta:
        model = User
        fields = ["id", "username", "email", "role"]


class LoginSerializer(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {**super().validate(attrs), "user": UserSerializer(self.user).data}


class PatientProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = PatientProfile
        fields = ["id", "user_id", "name", "age", "gender", "phone", "address", "medical_history",
                  "created_at", "updated_at"]


class DoctorProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = DoctorProfile
        fields = ["id", "user_id", "name", "specialization", "license_number", "created_at", "updated_at"]


class AccountSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150, validators=[UniqueValidator(User.objects.all())])
    email = serializers.EmailField(validators=[UniqueValidator(User.objects.all())])
    password = serializers.CharField(write_only=True, min_length=8)

    def create(self, validated_data):
        account = {field: validated_data.pop(field) for field in ["username", "email", "password"]}
        user = User.objects.create_user(**account)
        Profile.objects.create(user=user, role=self.role)
        self.profile_model.objects.create(user=user, name=user.username, **validated_data)
        return user


class RegisterPatientSerializer(AccountSerializer, PatientProfileSerializer):
    role, profile_model = "patient", PatientProfile

    class Meta(PatientProfileSerializer.Meta):
        fields = ["username", "email", "password", "age", "gender", "phone", "address", "medical_history"]


class RegisterDoctorSerializer(AccountSerializer, DoctorProfileSerializer):
    role, profile_model = "doctor", DoctorProfile

    class Meta(DoctorProfileSerializer.Meta):
        fields = ["username", "email", "password", "specialization", "license_number"]


class AssignSerializer(serializers.ModelSerializer):
    patient_id = serializers.PrimaryKeyRelatedField(
        source="patient", queryset=PatientProfile.objects.all(), write_only=True)
    doctor_id = serializers.PrimaryKeyRelatedField(
        source="doctor", queryset=DoctorProfile.objects.all(), write_only=True)

    class Meta:
        model = PatientDoctorMapping
        fields = ["id", "patient", "doctor", "patient_id", "doctor_id", "created_at"]
        read_only_fields = ["patient", "doctor"]

    def validate(self, attrs):
        if PatientDoctorMapping.objects.filter(**attrs).exists():
            raise serializers.ValidationError("This doctor is already assigned to this patient.")
        return attrs
