from rest_framework import generics, permissions
from rest_framework.response import Response
from rest_framework_simplejwt.views import TokenObtainPairView

from clinic.tokens import pair

from .models import DoctorProfile, PatientProfile
from .serializers import (
    AssignSerializer, DoctorProfileSerializer, LoginSerializer, PatientProfileSerializer, RegisterDoctorSerializer,
    RegisterPatientSerializer, UserSerializer,
)


def role(name):
    class HasRole(permissions.IsAuthenticated):
        def has_permission(self, request, view):
            return super().has_permission(request, view) and request.user.profile.role == name
    return [HasRole]


class RegisterPatientView(generics.CreateAPIView):
    serializer_class = RegisterPatientSerializer
    permission_classes = [permissions.AllowAny]

    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = serializer.save()
        return Response({**pair(user), "user": UserSerializer(user).data}, status=201)


class RegisterDoctorView(RegisterPatientView):
    serializer_class = RegisterDoctorSerializer


class LoginView(TokenObtainPairView):
    serializer_class = LoginSerializer


class MeView(generics.RetrieveAPIView):
    serializer_class = UserSerializer

    def get_object(self):
        return self.request.user


class OwnPatientProfileView(generics.RetrieveUpdateAPIView):
    """Reads at /api/patient-profile/, replaces at /api/patient-profile/<user_id>/."""
    permission_classes = role("patient")
    serializer_class = PatientProfileSerializer
    queryset = PatientProfile.objects.all()

    def get_object(self):
        own = self.get_queryset().filter(user=self.request.user)
        return generics.get_object_or_404(own, **self.kwargs)


class OwnDoctorProfileView(OwnPatientProfileView):
    permission_classes = role("doctor")
    serializer_class = DoctorProfileSerializer
    queryset = DoctorProfile.objects.all()


class DoctorListView(generics.ListAPIView):
    serializer_class = DoctorProfileSerializer
    queryset = DoctorProfile.objects.all()


class DoctorView(generics.RetrieveAPIView):
    serializer_class = DoctorProfileSerializer
    queryset = DoctorProfile.objects.all()


class MyDoctorsView(DoctorListView):
    permission_classes = role("patient")

    def get_queryset(self):
        return super().get_queryset().filter(mappings__patient__user=self.request.user)


class AllPatientsView(generics.ListAPIView):
    permission_classes = role("doctor")
    serializer_class = PatientProfileSerializer
    queryset = PatientProfile.objects.all()


class MyPatientsView(AllPatientsView):
    def get_queryset(self):
        return super().get_queryset().filter(mappings__doctor__user=self.request.user)


class AssignPatientView(generics.CreateAPIView):
    permission_classes = role("admin")
    serializer_class = AssignSerializer

    def perform_create(self, serializer):
        serializer.save(assigned_by=self.request.user)
