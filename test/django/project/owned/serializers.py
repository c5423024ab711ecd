from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from .models import Doctor, Mapping, Patient


class RegisterSerializer(serializers.ModelSerializer):
    email = serializers.EmailField(validators=[UniqueValidator(User.objects.all())])
    password = serializers.CharField(write_only=True, min_length=8)

    class Meta:
        model = User
        fields = ["id", "username", "email", "password"]

    def create(self, validated_data):
        return User.objects.create_user(**validated_data)


class PatientSerializer(serializers.ModelSerializer):
    class Meta:
        model = Patient
        fields = "__all__"
        read_only_fields = ["created_by"]


class DoctorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Doctor
        fields = "__all__"
        read_only_fields = ["created_by"]


class MappingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Mapping
        fields = ["id", "patient", "doctor", "created_at"]

    def validate_patient(self, patient):
        user = self.context["request"].user
        if patient.created_by != user and not user.is_superuser:
            raise serializers.ValidationError("You can only assign doctors to your own patients.")
        return patient


class DoctorOfPatientSerializer(MappingSerializer):
    doctor_detail = DoctorSerializer(source="doctor", read_only=True)

    class Meta(MappingSerializer.Meta):
        fields = ["id", "patient", "doctor", "doctor_detail", "created_at"]
