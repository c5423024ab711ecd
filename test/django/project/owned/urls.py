from django.urls import include, path
from rest_framework.routers import SimpleRouter
from rest_framework_simplejwt.views import TokenObtainPairView

from clinic.tokens import urlpatterns as token_urls

from .views import DoctorViewSet, MappingViewSet, PatientViewSet, RegisterView

router = SimpleRouter()
router.register("patients", PatientViewSet, basename="patient")
router.register("doctors", DoctorViewSet)
router.register("mappings", MappingViewSet, basename="mapping")

urlpatterns = [
    *token_urls,
    path("api/auth/register/", RegisterView.as_view()),
    path("api/auth/login/", TokenObtainPairView.as_view()),
    path("api/", include(router.urls)),
]
