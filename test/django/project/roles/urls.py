from django.urls import path

from clinic.tokens import urlpatterns as token_urls

from . import views

urlpatterns = [
    *token_urls,
    path("api/auth/register/patient/", views.RegisterPatientView.as_view()),
    path("api/auth/register/doctor/", views.RegisterDoctorView.as_view()),
    path("api/auth/login/", views.LoginView.as_view()),
    path("api/auth/me/", views.MeView.as_view()),
    path("api/patient-profile/", views.OwnPatientProfileView.as_view()),
    path("api/patient-profile/<int:user_id>/", views.OwnPatientProfileView.as_view()),
    path("api/doctor-profile/", views.OwnDoctorProfileView.as_view()),
    path("api/doctor-profile/<int:user_id>/", views.OwnDoctorProfileView.as_view()),
    path("api/patients/my-doctors/", views.MyDoctorsView.as_view()),
    path("api/doctors/", views.DoctorListView.as_view()),
    path("api/doctors/all-patients/", views.AllPatientsView.as_view()),
    path("api/doctors/my-patients/", views.MyPatientsView.as_view()),
    path("api/doctors/<int:pk>/", views.DoctorView.as_view()),
    path("api/admin/assign-patient/", views.AssignPatientView.as_view()),
]
