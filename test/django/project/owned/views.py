from rest_framework import generics, mixins, permissions, viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from clinic.tokens import pair

from .models import Doctor, Mapping, Patient
from .serializers import (
    DoctorOfPatientSerializer, DoctorSerializer, MappingSerializer, PatientSerializer, RegisterSerializer,
)


class RegisterView(generics.CreateAPIView):
    serializer_class = RegisterSerializer
    permission_classes = [permissions.AllowAny]
    authentication_classes = []

    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = serializer.save()
        return Response({**pair(user), "user": serializer.data}, status=201)


def own_patients(user):
    return Patient.objects.all() if user.is_superuser else Patient.objects.filter(created_by=user)


class IsCreatorOrReadOnly(permissions.BasePermission):
    def has_object_permission(self, request, view, record):
        user = request.user
        return request.method in permissions.SAFE_METHODS or user.is_superuser or record.created_by == user


class RecordViewSet(viewsets.ModelViewSet):
    def perform_create(self, serializer):
        serializer.save(created_by=self.request.user)


class PatientViewSet(RecordViewSet):
    serializer_class = PatientSerializer

    def get_queryset(self):
        return own_patients(self.request.user)


class DoctorViewSet(RecordViewSet):
    queryset = Doctor.objects.all()
    serializer_class = DoctorSerializer
    permission_classes = [permissions.IsAuthenticated, IsCreatorOrReadOnly]


class MappingViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    serializer_class = MappingSerializer

    def get_queryset(self):
        return Mapping.objects.filter(patient__in=own_patients(self.request.user))

    def retrieve(self, request, pk):
        """GET /api/mappings/<patient_id>/: the doctors of that patient."""
        patient = get_object_or_404(own_patients(request.user), pk=pk)
        mappings = patient.mappings.select_related("doctor")
        return Response(DoctorOfPatientSerializer(mappings, many=True).data)
