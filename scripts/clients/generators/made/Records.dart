// To parse this JSON data, do
//
//     final problem = problemFromJson(jsonString);
//     final service = serviceFromJson(jsonString);
//     final health = healthFromJson(jsonString);
//     final readiness = readinessFromJson(jsonString);
//     final signedIn = signedInFromJson(jsonString);
//     final user = userFromJson(jsonString);
//     final id = idFromJson(jsonString);
//     final role = roleFromJson(jsonString);
//     final registration = registrationFromJson(jsonString);
//     final patientRegistration = patientRegistrationFromJson(jsonString);
//     final gender = genderFromJson(jsonString);
//     final doctorRegistration = doctorRegistrationFromJson(jsonString);
//     final credentials = credentialsFromJson(jsonString);
//     final loginByUsername = loginByUsernameFromJson(jsonString);
//     final loginByEmail = loginByEmailFromJson(jsonString);
//     final refresh = refreshFromJson(jsonString);
//     final addressee = addresseeFromJson(jsonString);
//     final passwordReset = passwordResetFromJson(jsonString);
//     final link = linkFromJson(jsonString);
//     final invitedRegistration = invitedRegistrationFromJson(jsonString);
//     final openInvitation = openInvitationFromJson(jsonString);
//     final invitedBy = invitedByFromJson(jsonString);
//     final tokenPair = tokenPairFromJson(jsonString);
//     final accessToken = accessTokenFromJson(jsonString);
//     final done = doneFromJson(jsonString);
//     final tokenToVerify = tokenToVerifyFromJson(jsonString);
//     final userPatch = userPatchFromJson(jsonString);
//     final acceptance = acceptanceFromJson(jsonString);
//     final ownPassword = ownPasswordFromJson(jsonString);
//     final passwordChange = passwordChangeFromJson(jsonString);
//     final session = sessionFromJson(jsonString);
//     final patient = patientFromJson(jsonString);
//     final newPatient = newPatientFromJson(jsonString);
//     final patientBatch = patientBatchFromJson(jsonString);
//     final doctor = doctorFromJson(jsonString);
//     final registeredPatient = registeredPatientFromJson(jsonString);
//     final registeredBy = registeredByFromJson(jsonString);
//     final patientPatch = patientPatchFromJson(jsonString);
//     final invitation = invitationFromJson(jsonString);
//     final newDoctor = newDoctorFromJson(jsonString);
//     final doctorPatch = doctorPatchFromJson(jsonString);
//     final mapping = mappingFromJson(jsonString);
//     final assignment = assignmentFromJson(jsonString);
//     final assignedDoctor = assignedDoctorFromJson(jsonString);
//     final sync = syncFromJson(jsonString);
//     final syncedPatient = syncedPatientFromJson(jsonString);
//     final syncedDoctor = syncedDoctorFromJson(jsonString);
//     final removed = removedFromJson(jsonString);
//     final accessEntry = accessEntryFromJson(jsonString);
//     final account = accountFromJson(jsonString);
//     final accountPatch = accountPatchFromJson(jsonString);
//     final waiting = waitingFromJson(jsonString);
//     final mail = mailFromJson(jsonString);
//     final blockedAccount = blockedAccountFromJson(jsonString);
//     final waitingTotals = waitingTotalsFromJson(jsonString);
//     final settings = settingsFromJson(jsonString);
//     final settingsWarning = settingsWarningFromJson(jsonString);
//     final newInvitation = newInvitationFromJson(jsonString);
//     final auditEntry = auditEntryFromJson(jsonString);
//     final restored = restoredFromJson(jsonString);

import 'dart:convert';

Problem problemFromJson(String str) => Problem.fromJson(json.decode(str));

String problemToJson(Problem data) => json.encode(data.toJson());

Service serviceFromJson(String str) => Service.fromJson(json.decode(str));

String serviceToJson(Service data) => json.encode(data.toJson());

Health healthFromJson(String str) => Health.fromJson(json.decode(str));

String healthToJson(Health data) => json.encode(data.toJson());

Readiness readinessFromJson(String str) => Readiness.fromJson(json.decode(str));

String readinessToJson(Readiness data) => json.encode(data.toJson());

SignedIn signedInFromJson(String str) => SignedIn.fromJson(json.decode(str));

String signedInToJson(SignedIn data) => json.encode(data.toJson());

User userFromJson(String str) => User.fromJson(json.decode(str));

String userToJson(User data) => json.encode(data.toJson());

int idFromJson(String str) => json.decode(str);

String idToJson(int data) => json.encode(data);

Role roleFromJson(String str) => roleValues.map[json.decode(str)]!;

String roleToJson(Role data) => json.encode(roleValues.reverse[data]);

Registration registrationFromJson(String str) => Registration.fromJson(json.decode(str));

String registrationToJson(Registration data) => json.encode(data.toJson());

PatientRegistration patientRegistrationFromJson(String str) => PatientRegistration.fromJson(json.decode(str));

String patientRegistrationToJson(PatientRegistration data) => json.encode(data.toJson());

Gender genderFromJson(String str) => genderValues.map[json.decode(str)]!;

String genderToJson(Gender data) => json.encode(genderValues.reverse[data]);

DoctorRegistration doctorRegistrationFromJson(String str) => DoctorRegistration.fromJson(json.decode(str));

String doctorRegistrationToJson(DoctorRegistration data) => json.encode(data.toJson());

Credentials credentialsFromJson(String str) => Credentials.fromJson(json.decode(str));

String credentialsToJson(Credentials data) => json.encode(data.toJson());

LoginByUsername loginByUsernameFromJson(String str) => LoginByUsername.fromJson(json.decode(str));

String loginByUsernameToJson(LoginByUsername data) => json.encode(data.toJson());

LoginByEmail loginByEmailFromJson(String str) => LoginByEmail.fromJson(json.decode(str));

String loginByEmailToJson(LoginByEmail data) => json.encode(data.toJson());

Refresh refreshFromJson(String str) => Refresh.fromJson(json.decode(str));

String refreshToJson(Refresh data) => json.encode(data.toJson());

Addressee addresseeFromJson(String str) => Addressee.fromJson(json.decode(str));

String addresseeToJson(Addressee data) => json.encode(data.toJson());

PasswordReset passwordResetFromJson(String str) => PasswordReset.fromJson(json.decode(str));

String passwordResetToJson(PasswordReset data) => json.encode(data.toJson());

Link linkFromJson(String str) => Link.fromJson(json.decode(str));

String linkToJson(Link data) => json.encode(data.toJson());

InvitedRegistration invitedRegistrationFromJson(String str) => InvitedRegistration.fromJson(json.decode(str));

String invitedRegistrationToJson(InvitedRegistration data) => json.encode(data.toJson());

OpenInvitation openInvitationFromJson(String str) => OpenInvitation.fromJson(json.decode(str));

String openInvitationToJson(OpenInvitation data) => json.encode(data.toJson());

InvitedBy invitedByFromJson(String str) => InvitedBy.fromJson(json.decode(str));

String invitedByToJson(InvitedBy data) => json.encode(data.toJson());

TokenPair tokenPairFromJson(String str) => TokenPair.fromJson(json.decode(str));

String tokenPairToJson(TokenPair data) => json.encode(data.toJson());

AccessToken accessTokenFromJson(String str) => AccessToken.fromJson(json.decode(str));

String accessTokenToJson(AccessToken data) => json.encode(data.toJson());

Done doneFromJson(String str) => Done.fromJson(json.decode(str));

String doneToJson(Done data) => json.encode(data.toJson());

TokenToVerify tokenToVerifyFromJson(String str) => TokenToVerify.fromJson(json.decode(str));

String tokenToVerifyToJson(TokenToVerify data) => json.encode(data.toJson());

UserPatch userPatchFromJson(String str) => UserPatch.fromJson(json.decode(str));

String userPatchToJson(UserPatch data) => json.encode(data.toJson());

Acceptance acceptanceFromJson(String str) => Acceptance.fromJson(json.decode(str));

String acceptanceToJson(Acceptance data) => json.encode(data.toJson());

OwnPassword ownPasswordFromJson(String str) => OwnPassword.fromJson(json.decode(str));

String ownPasswordToJson(OwnPassword data) => json.encode(data.toJson());

PasswordChange passwordChangeFromJson(String str) => PasswordChange.fromJson(json.decode(str));

String passwordChangeToJson(PasswordChange data) => json.encode(data.toJson());

Session sessionFromJson(String str) => Session.fromJson(json.decode(str));

String sessionToJson(Session data) => json.encode(data.toJson());

Patient patientFromJson(String str) => Patient.fromJson(json.decode(str));

String patientToJson(Patient data) => json.encode(data.toJson());

NewPatient newPatientFromJson(String str) => NewPatient.fromJson(json.decode(str));

String newPatientToJson(NewPatient data) => json.encode(data.toJson());

PatientBatch patientBatchFromJson(String str) => PatientBatch.fromJson(json.decode(str));

String patientBatchToJson(PatientBatch data) => json.encode(data.toJson());

Doctor doctorFromJson(String str) => Doctor.fromJson(json.decode(str));

String doctorToJson(Doctor data) => json.encode(data.toJson());

RegisteredPatient registeredPatientFromJson(String str) => RegisteredPatient.fromJson(json.decode(str));

String registeredPatientToJson(RegisteredPatient data) => json.encode(data.toJson());

RegisteredBy registeredByFromJson(String str) => RegisteredBy.fromJson(json.decode(str));

String registeredByToJson(RegisteredBy data) => json.encode(data.toJson());

PatientPatch patientPatchFromJson(String str) => PatientPatch.fromJson(json.decode(str));

String patientPatchToJson(PatientPatch data) => json.encode(data.toJson());

Invitation invitationFromJson(String str) => Invitation.fromJson(json.decode(str));

String invitationToJson(Invitation data) => json.encode(data.toJson());

NewDoctor newDoctorFromJson(String str) => NewDoctor.fromJson(json.decode(str));

String newDoctorToJson(NewDoctor data) => json.encode(data.toJson());

DoctorPatch doctorPatchFromJson(String str) => DoctorPatch.fromJson(json.decode(str));

String doctorPatchToJson(DoctorPatch data) => json.encode(data.toJson());

Mapping mappingFromJson(String str) => Mapping.fromJson(json.decode(str));

String mappingToJson(Mapping data) => json.encode(data.toJson());

Assignment assignmentFromJson(String str) => Assignment.fromJson(json.decode(str));

String assignmentToJson(Assignment data) => json.encode(data.toJson());

AssignedDoctor assignedDoctorFromJson(String str) => AssignedDoctor.fromJson(json.decode(str));

String assignedDoctorToJson(AssignedDoctor data) => json.encode(data.toJson());

Sync syncFromJson(String str) => Sync.fromJson(json.decode(str));

String syncToJson(Sync data) => json.encode(data.toJson());

SyncedPatient syncedPatientFromJson(String str) => SyncedPatient.fromJson(json.decode(str));

String syncedPatientToJson(SyncedPatient data) => json.encode(data.toJson());

SyncedDoctor syncedDoctorFromJson(String str) => SyncedDoctor.fromJson(json.decode(str));

String syncedDoctorToJson(SyncedDoctor data) => json.encode(data.toJson());

Removed removedFromJson(String str) => Removed.fromJson(json.decode(str));

String removedToJson(Removed data) => json.encode(data.toJson());

AccessEntry accessEntryFromJson(String str) => AccessEntry.fromJson(json.decode(str));

String accessEntryToJson(AccessEntry data) => json.encode(data.toJson());

Account accountFromJson(String str) => Account.fromJson(json.decode(str));

String accountToJson(Account data) => json.encode(data.toJson());

AccountPatch accountPatchFromJson(String str) => AccountPatch.fromJson(json.decode(str));

String accountPatchToJson(AccountPatch data) => json.encode(data.toJson());

Waiting waitingFromJson(String str) => Waiting.fromJson(json.decode(str));

String waitingToJson(Waiting data) => json.encode(data.toJson());

Mail mailFromJson(String str) => Mail.fromJson(json.decode(str));

String mailToJson(Mail data) => json.encode(data.toJson());

BlockedAccount blockedAccountFromJson(String str) => BlockedAccount.fromJson(json.decode(str));

String blockedAccountToJson(BlockedAccount data) => json.encode(data.toJson());

WaitingTotals waitingTotalsFromJson(String str) => WaitingTotals.fromJson(json.decode(str));

String waitingTotalsToJson(WaitingTotals data) => json.encode(data.toJson());

Settings settingsFromJson(String str) => Settings.fromJson(json.decode(str));

String settingsToJson(Settings data) => json.encode(data.toJson());

SettingsWarning settingsWarningFromJson(String str) => SettingsWarning.fromJson(json.decode(str));

String settingsWarningToJson(SettingsWarning data) => json.encode(data.toJson());

NewInvitation newInvitationFromJson(String str) => NewInvitation.fromJson(json.decode(str));

String newInvitationToJson(NewInvitation data) => json.encode(data.toJson());

AuditEntry auditEntryFromJson(String str) => AuditEntry.fromJson(json.decode(str));

String auditEntryToJson(AuditEntry data) => json.encode(data.toJson());

Restored restoredFromJson(String str) => Restored.fromJson(json.decode(str));

String restoredToJson(Restored data) => json.encode(data.toJson());

class Problem {
    
    ///for a program: which refusal this is
    final ProblemCode code;
    
    ///for a person: what to do about it
    final String detail;
    
    ///messages by field
    final Map<String, List<String>>? errors;
    
    ///what to quote to us
    final String requestId;
    
    ///the status of the answer
    final int status;
    final String title;
    
    ///a name for this kind of problem, as a URI
    final String type;

    Problem({
        required this.code,
        required this.detail,
        this.errors,
        required this.requestId,
        required this.status,
        required this.title,
        required this.type,
    });

    factory Problem.fromJson(Map<String, dynamic> json) => Problem(
        code: problemCodeValues.map[json["code"]]!,
        detail: json["detail"],
        errors: Map.from(json["errors"]!).map((k, v) => MapEntry<String, List<String>>(k, List<String>.from(v.map((x) => x)))),
        requestId: json["request_id"],
        status: json["status"],
        title: json["title"],
        type: json["type"],
    );

    Map<String, dynamic> toJson() => {
        "code": problemCodeValues.reverse[code],
        "detail": detail,
        "errors": Map.from(errors!).map((k, v) => MapEntry<String, dynamic>(k, List<dynamic>.from(v.map((x) => x)))),
        "request_id": requestId,
        "status": status,
        "title": title,
        "type": type,
    };
}


///for a program: which refusal this is
enum ProblemCode {
    ACCOUNT_DISABLED,
    ALREADY_LINKED,
    ANSWERED_BEFORE,
    BODY_TOO_LARGE,
    DATABASE_UNAVAILABLE,
    DOCTOR_NOT_APPROVED,
    DUPLICATE,
    EMAIL_UNVERIFIED,
    HAS_ACCOUNT,
    INTERNAL_ERROR,
    INVALID_CREDENTIALS,
    INVALID_INPUT,
    INVITATION_OPEN,
    KEY_REUSED,
    LAST_ADMIN,
    LEAVES_RECORD,
    LIMIT_REACHED,
    LINK_INVALID,
    MALFORMED_JSON,
    MISCONFIGURED,
    NOT_FOUND,
    NOT_OWNER,
    NO_ACTIVE_ACCOUNT,
    NO_LINKED_ACCOUNT,
    NO_LINKED_RECORD,
    NO_RECORD,
    OTHERS_ASSIGNED,
    OWN_ACCOUNT,
    OWN_RECORD,
    PASSWORD_REQUIRED,
    PRECONDITION_REQUIRED,
    REFRESH_INVALID,
    REFRESH_REUSED,
    REGISTRATION_CLOSED,
    SESSION_ENDED,
    STALE_VERSION,
    STEP_UP_REQUIRED,
    SYNC_RESET,
    TOKEN_NOT_VALID,
    TOO_MANY_ATTEMPTS,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    UNSUPPORTED_MEDIA_TYPE,
    WRONG_ACCOUNT,
    WRONG_ROLE
}

final problemCodeValues = EnumValues({
    "account_disabled": ProblemCode.ACCOUNT_DISABLED,
    "already_linked": ProblemCode.ALREADY_LINKED,
    "answered_before": ProblemCode.ANSWERED_BEFORE,
    "body_too_large": ProblemCode.BODY_TOO_LARGE,
    "database_unavailable": ProblemCode.DATABASE_UNAVAILABLE,
    "doctor_not_approved": ProblemCode.DOCTOR_NOT_APPROVED,
    "duplicate": ProblemCode.DUPLICATE,
    "email_unverified": ProblemCode.EMAIL_UNVERIFIED,
    "has_account": ProblemCode.HAS_ACCOUNT,
    "internal_error": ProblemCode.INTERNAL_ERROR,
    "invalid_credentials": ProblemCode.INVALID_CREDENTIALS,
    "invalid_input": ProblemCode.INVALID_INPUT,
    "invitation_open": ProblemCode.INVITATION_OPEN,
    "key_reused": ProblemCode.KEY_REUSED,
    "last_admin": ProblemCode.LAST_ADMIN,
    "leaves_record": ProblemCode.LEAVES_RECORD,
    "limit_reached": ProblemCode.LIMIT_REACHED,
    "link_invalid": ProblemCode.LINK_INVALID,
    "malformed_json": ProblemCode.MALFORMED_JSON,
    "misconfigured": ProblemCode.MISCONFIGURED,
    "not_found": ProblemCode.NOT_FOUND,
    "not_owner": ProblemCode.NOT_OWNER,
    "no_active_account": ProblemCode.NO_ACTIVE_ACCOUNT,
    "no_linked_account": ProblemCode.NO_LINKED_ACCOUNT,
    "no_linked_record": ProblemCode.NO_LINKED_RECORD,
    "no_record": ProblemCode.NO_RECORD,
    "others_assigned": ProblemCode.OTHERS_ASSIGNED,
    "own_account": ProblemCode.OWN_ACCOUNT,
    "own_record": ProblemCode.OWN_RECORD,
    "password_required": ProblemCode.PASSWORD_REQUIRED,
    "precondition_required": ProblemCode.PRECONDITION_REQUIRED,
    "refresh_invalid": ProblemCode.REFRESH_INVALID,
    "refresh_reused": ProblemCode.REFRESH_REUSED,
    "registration_closed": ProblemCode.REGISTRATION_CLOSED,
    "session_ended": ProblemCode.SESSION_ENDED,
    "stale_version": ProblemCode.STALE_VERSION,
    "step_up_required": ProblemCode.STEP_UP_REQUIRED,
    "sync_reset": ProblemCode.SYNC_RESET,
    "token_not_valid": ProblemCode.TOKEN_NOT_VALID,
    "too_many_attempts": ProblemCode.TOO_MANY_ATTEMPTS,
    "too_many_requests": ProblemCode.TOO_MANY_REQUESTS,
    "unauthenticated": ProblemCode.UNAUTHENTICATED,
    "unsupported_media_type": ProblemCode.UNSUPPORTED_MEDIA_TYPE,
    "wrong_account": ProblemCode.WRONG_ACCOUNT,
    "wrong_role": ProblemCode.WRONG_ROLE
});

class Service {
    
    ///paths by what is there
    final Map<String, String> links;
    final String name;
    
    ///who may register without an invitation
    final List<RegistrationElement> registration;
    final String version;

    Service({
        required this.links,
        required this.name,
        required this.registration,
        required this.version,
    });

    factory Service.fromJson(Map<String, dynamic> json) => Service(
        links: Map.from(json["links"]).map((k, v) => MapEntry<String, String>(k, v)),
        name: json["name"],
        registration: List<RegistrationElement>.from(json["registration"].map((x) => registrationElementValues.map[x]!)),
        version: json["version"],
    );

    Map<String, dynamic> toJson() => {
        "links": Map.from(links).map((k, v) => MapEntry<String, dynamic>(k, v)),
        "name": name,
        "registration": List<dynamic>.from(registration.map((x) => registrationElementValues.reverse[x])),
        "version": version,
    };
}

enum RegistrationElement {
    DOCTOR,
    PATIENT,
    USER
}

final registrationElementValues = EnumValues({
    "doctor": RegistrationElement.DOCTOR,
    "patient": RegistrationElement.PATIENT,
    "user": RegistrationElement.USER
});

class Health {
    final Status status;

    Health({
        required this.status,
    });

    factory Health.fromJson(Map<String, dynamic> json) => Health(
        status: statusValues.map[json["status"]]!,
    );

    Map<String, dynamic> toJson() => {
        "status": statusValues.reverse[status],
    };
}

enum Status {
    OK
}

final statusValues = EnumValues({
    "ok": Status.OK
});

class Readiness {
    
    ///false: one has to be made on the command line first
    final bool hasAdministrator;
    final Status status;
    
    ///what should be set, or bound, and is not
    final List<CodeElement> warnings;

    Readiness({
        required this.hasAdministrator,
        required this.status,
        required this.warnings,
    });

    factory Readiness.fromJson(Map<String, dynamic> json) => Readiness(
        hasAdministrator: json["has_administrator"],
        status: statusValues.map[json["status"]]!,
        warnings: List<CodeElement>.from(json["warnings"].map((x) => codeElementValues.map[x]!)),
    );

    Map<String, dynamic> toJson() => {
        "has_administrator": hasAdministrator,
        "status": statusValues.reverse[status],
        "warnings": List<dynamic>.from(warnings.map((x) => codeElementValues.reverse[x])),
    };
}

enum CodeElement {
    LIMITER_MISSING,
    MAIL_UNSET,
    REGISTRATION_UNSET
}

final codeElementValues = EnumValues({
    "limiter_missing": CodeElement.LIMITER_MISSING,
    "mail_unset": CodeElement.MAIL_UNSET,
    "registration_unset": CodeElement.REGISTRATION_UNSET
});

class SignedIn {
    
    ///the access token: send it as `Authorization: Bearer <access>`
    final String access;
    
    ///seconds for which `access` counts
    final int expiresIn;
    
    ///the refresh token, which is exchanged for a new access token
    final String refresh;
    
    ///how `access` is sent
    final TokenType tokenType;
    final User user;

    SignedIn({
        required this.access,
        required this.expiresIn,
        required this.refresh,
        required this.tokenType,
        required this.user,
    });

    factory SignedIn.fromJson(Map<String, dynamic> json) => SignedIn(
        access: json["access"],
        expiresIn: json["expires_in"],
        refresh: json["refresh"],
        tokenType: tokenTypeValues.map[json["token_type"]]!,
        user: User.fromJson(json["user"]),
    );

    Map<String, dynamic> toJson() => {
        "access": access,
        "expires_in": expiresIn,
        "refresh": refresh,
        "token_type": tokenTypeValues.reverse[tokenType],
        "user": user.toJson(),
    };
}

enum TokenType {
    BEARER
}

final tokenTypeValues = EnumValues({
    "Bearer": TokenType.BEARER
});

class User {
    final DateTime createdAt;
    
    ///null only for an account that came from elsewhere without one
    final String? email;
    
    ///whether a link was used that was sent to this email
    final bool emailVerified;
    final int id;
    final String name;
    
    ///the email from when its link is used on
    final String? pendingEmail;
    final Role role;
    
    ///what one signs in with, if not with the email
    final String username;

    User({
        required this.createdAt,
        required this.email,
        required this.emailVerified,
        required this.id,
        required this.name,
        required this.pendingEmail,
        required this.role,
        required this.username,
    });

    factory User.fromJson(Map<String, dynamic> json) => User(
        createdAt: DateTime.parse(json["created_at"]),
        email: json["email"],
        emailVerified: json["email_verified"],
        id: json["id"],
        name: json["name"],
        pendingEmail: json["pending_email"],
        role: roleValues.map[json["role"]]!,
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "created_at": createdAt.toIso8601String(),
        "email": email,
        "email_verified": emailVerified,
        "id": id,
        "name": name,
        "pending_email": pendingEmail,
        "role": roleValues.reverse[role],
        "username": username,
    };
}


///What an account may do.
///
///the role that the account gets
enum Role {
    ADMIN,
    DOCTOR,
    PATIENT,
    USER
}

final roleValues = EnumValues({
    "admin": Role.ADMIN,
    "doctor": Role.DOCTOR,
    "patient": Role.PATIENT,
    "user": Role.USER
});

class Registration {
    final String email;
    
    ///without one it is the username
    final String? name;
    
    ///none of the commonest, nor your own name or email
    final String password;
    
    ///without one it is made from the email
    final String? username;

    Registration({
        required this.email,
        this.name,
        required this.password,
        this.username,
    });

    factory Registration.fromJson(Map<String, dynamic> json) => Registration(
        email: json["email"],
        name: json["name"],
        password: json["password"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "email": email,
        "name": name,
        "password": password,
        "username": username,
    };
}

class PatientRegistration {
    final String? address;
    
    ///in years; ignored where `date_of_birth` is sent as well
    final int? age;
    final DateTime? dateOfBirth;
    final String email;
    final Gender? gender;
    final String? medicalHistory;
    
    ///without one it is the username
    final String? name;
    
    ///none of the commonest, nor your own name or email
    final String password;
    final String? phone;
    
    ///without one it is made from the email
    final String? username;

    PatientRegistration({
        this.address,
        this.age,
        this.dateOfBirth,
        required this.email,
        this.gender,
        this.medicalHistory,
        this.name,
        required this.password,
        this.phone,
        this.username,
    });

    factory PatientRegistration.fromJson(Map<String, dynamic> json) => PatientRegistration(
        address: json["address"],
        age: json["age"],
        dateOfBirth: json["date_of_birth"] == null ? null : DateTime.parse(json["date_of_birth"]),
        email: json["email"],
        gender: genderValues.map[json["gender"]],
        medicalHistory: json["medical_history"],
        name: json["name"],
        password: json["password"],
        phone: json["phone"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "address": address,
        "age": age,
        "date_of_birth": dateOfBirth == null ? null : "${dateOfBirth!.year.toString().padLeft(4, '0')}-${dateOfBirth!.month.toString().padLeft(2, '0')}-${dateOfBirth!.day.toString().padLeft(2, '0')}",
        "email": email,
        "gender": genderValues.reverse[gender],
        "medical_history": medicalHistory,
        "name": name,
        "password": password,
        "phone": phone,
        "username": username,
    };
}

enum Gender {
    FEMALE,
    MALE,
    OTHER,
    UNKNOWN
}

final genderValues = EnumValues({
    "female": Gender.FEMALE,
    "male": Gender.MALE,
    "other": Gender.OTHER,
    "unknown": Gender.UNKNOWN
});

class DoctorRegistration {
    
    ///a phone number, an email, an address: whatever there is
    final String? contactInfo;
    final String email;
    final String? licenseNumber;
    
    ///without one it is the username
    final String? name;
    
    ///none of the commonest, nor your own name or email
    final String password;
    final String specialization;
    
    ///without one it is made from the email
    final String? username;

    DoctorRegistration({
        this.contactInfo,
        required this.email,
        this.licenseNumber,
        this.name,
        required this.password,
        required this.specialization,
        this.username,
    });

    factory DoctorRegistration.fromJson(Map<String, dynamic> json) => DoctorRegistration(
        contactInfo: json["contact_info"],
        email: json["email"],
        licenseNumber: json["license_number"],
        name: json["name"],
        password: json["password"],
        specialization: json["specialization"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "contact_info": contactInfo,
        "email": email,
        "license_number": licenseNumber,
        "name": name,
        "password": password,
        "specialization": specialization,
        "username": username,
    };
}

class Credentials {
    final String password;
    
    ///or the email
    final String? username;
    final String? email;

    Credentials({
        required this.password,
        this.username,
        this.email,
    });

    factory Credentials.fromJson(Map<String, dynamic> json) => Credentials(
        password: json["password"],
        username: json["username"],
        email: json["email"],
    );

    Map<String, dynamic> toJson() => {
        "password": password,
        "username": username,
        "email": email,
    };
}

class LoginByUsername {
    final String password;
    
    ///or the email
    final String username;

    LoginByUsername({
        required this.password,
        required this.username,
    });

    factory LoginByUsername.fromJson(Map<String, dynamic> json) => LoginByUsername(
        password: json["password"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "password": password,
        "username": username,
    };
}

class LoginByEmail {
    final String email;
    final String password;

    LoginByEmail({
        required this.email,
        required this.password,
    });

    factory LoginByEmail.fromJson(Map<String, dynamic> json) => LoginByEmail(
        email: json["email"],
        password: json["password"],
    );

    Map<String, dynamic> toJson() => {
        "email": email,
        "password": password,
    };
}

class Refresh {
    
    ///the refresh token that was answered last
    final String refresh;

    Refresh({
        required this.refresh,
    });

    factory Refresh.fromJson(Map<String, dynamic> json) => Refresh(
        refresh: json["refresh"],
    );

    Map<String, dynamic> toJson() => {
        "refresh": refresh,
    };
}

class Addressee {
    final String email;

    Addressee({
        required this.email,
    });

    factory Addressee.fromJson(Map<String, dynamic> json) => Addressee(
        email: json["email"],
    );

    Map<String, dynamic> toJson() => {
        "email": email,
    };
}

class PasswordReset {
    
    ///none of the commonest, nor your own name or email
    final String newPassword;
    
    ///what follows the # in the link of the mail
    final String token;

    PasswordReset({
        required this.newPassword,
        required this.token,
    });

    factory PasswordReset.fromJson(Map<String, dynamic> json) => PasswordReset(
        newPassword: json["new_password"],
        token: json["token"],
    );

    Map<String, dynamic> toJson() => {
        "new_password": newPassword,
        "token": token,
    };
}

class Link {
    
    ///what follows the # in the link of the mail
    final String token;

    Link({
        required this.token,
    });

    factory Link.fromJson(Map<String, dynamic> json) => Link(
        token: json["token"],
    );

    Map<String, dynamic> toJson() => {
        "token": token,
    };
}

class InvitedRegistration {
    
    ///without one it is that of the invitation, or of the record
    final String? name;
    
    ///none of the commonest, nor your own name or email
    final String password;
    
    ///what follows the # in the link of the mail
    final String token;
    
    ///without one it is made from the email
    final String? username;

    InvitedRegistration({
        this.name,
        required this.password,
        required this.token,
        this.username,
    });

    factory InvitedRegistration.fromJson(Map<String, dynamic> json) => InvitedRegistration(
        name: json["name"],
        password: json["password"],
        token: json["token"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "name": name,
        "password": password,
        "token": token,
        "username": username,
    };
}

class OpenInvitation {
    
    ///whom it was sent to
    final String email;
    
    ///from when its link no longer works
    final DateTime expiresAt;
    final InvitedBy? invitedBy;
    
    ///who is meant, as whoever invites has written it, without what could be called or opened
    final String? name;
    
    ///the role that the account gets
    final Role role;

    OpenInvitation({
        required this.email,
        required this.expiresAt,
        required this.invitedBy,
        required this.name,
        required this.role,
    });

    factory OpenInvitation.fromJson(Map<String, dynamic> json) => OpenInvitation(
        email: json["email"],
        expiresAt: DateTime.parse(json["expires_at"]),
        invitedBy: json["invited_by"] == null ? null : InvitedBy.fromJson(json["invited_by"]),
        name: json["name"],
        role: roleValues.map[json["role"]]!,
    );

    Map<String, dynamic> toJson() => {
        "email": email,
        "expires_at": expiresAt.toIso8601String(),
        "invited_by": invitedBy?.toJson(),
        "name": name,
        "role": roleValues.reverse[role],
    };
}


///null where whoever runs this invites
class InvitedBy {
    
    ///whether it is an administrator; anybody else may be a stranger
    final bool administrator;
    
    ///its address, which was confirmed
    final String? email;
    
    ///what the account calls itself, without what could be called or opened
    final String? name;

    InvitedBy({
        required this.administrator,
        required this.email,
        required this.name,
    });

    factory InvitedBy.fromJson(Map<String, dynamic> json) => InvitedBy(
        administrator: json["administrator"],
        email: json["email"],
        name: json["name"],
    );

    Map<String, dynamic> toJson() => {
        "administrator": administrator,
        "email": email,
        "name": name,
    };
}

class TokenPair {
    
    ///the access token: send it as `Authorization: Bearer <access>`
    final String access;
    
    ///the refresh token, which is exchanged for a new access token
    final String refresh;

    TokenPair({
        required this.access,
        required this.refresh,
    });

    factory TokenPair.fromJson(Map<String, dynamic> json) => TokenPair(
        access: json["access"],
        refresh: json["refresh"],
    );

    Map<String, dynamic> toJson() => {
        "access": access,
        "refresh": refresh,
    };
}

class AccessToken {
    
    ///the access token: send it as `Authorization: Bearer <access>`
    final String access;

    AccessToken({
        required this.access,
    });

    factory AccessToken.fromJson(Map<String, dynamic> json) => AccessToken(
        access: json["access"],
    );

    Map<String, dynamic> toJson() => {
        "access": access,
    };
}

class Done {
    Done();

    factory Done.fromJson(Map<String, dynamic> json) => Done(
    );

    Map<String, dynamic> toJson() => {
    };
}

class TokenToVerify {
    
    ///an access or a refresh token
    final String token;

    TokenToVerify({
        required this.token,
    });

    factory TokenToVerify.fromJson(Map<String, dynamic> json) => TokenToVerify(
        token: json["token"],
    );

    Map<String, dynamic> toJson() => {
        "token": token,
    };
}

class UserPatch {
    final String? email;
    final String? name;
    
    ///your own, which a new email or username needs
    final String? password;
    final String? username;

    UserPatch({
        this.email,
        this.name,
        this.password,
        this.username,
    });

    factory UserPatch.fromJson(Map<String, dynamic> json) => UserPatch(
        email: json["email"],
        name: json["name"],
        password: json["password"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "email": email,
        "name": name,
        "password": password,
        "username": username,
    };
}

class Acceptance {
    
    ///leave the record that the account has, for the one of the invitation
    final bool? leave;
    
    ///what follows the # in the link of the mail
    final String token;

    Acceptance({
        this.leave,
        required this.token,
    });

    factory Acceptance.fromJson(Map<String, dynamic> json) => Acceptance(
        leave: json["leave"],
        token: json["token"],
    );

    Map<String, dynamic> toJson() => {
        "leave": leave,
        "token": token,
    };
}

class OwnPassword {
    
    ///your own, once more
    final String password;

    OwnPassword({
        required this.password,
    });

    factory OwnPassword.fromJson(Map<String, dynamic> json) => OwnPassword(
        password: json["password"],
    );

    Map<String, dynamic> toJson() => {
        "password": password,
    };
}

class PasswordChange {
    final String currentPassword;
    
    ///none of the commonest, nor your own name or email
    final String newPassword;

    PasswordChange({
        required this.currentPassword,
        required this.newPassword,
    });

    factory PasswordChange.fromJson(Map<String, dynamic> json) => PasswordChange(
        currentPassword: json["current_password"],
        newPassword: json["new_password"],
    );

    Map<String, dynamic> toJson() => {
        "current_password": currentPassword,
        "new_password": newPassword,
    };
}

class Session {
    
    ///when somebody signed in
    final DateTime createdAt;
    
    ///whether it is the one that asks
    final bool current;
    
    ///what the app or browser calls itself
    final String? device;
    final int id;
    
    ///when its tokens were last replaced
    final DateTime lastUsedAt;

    Session({
        required this.createdAt,
        required this.current,
        required this.device,
        required this.id,
        required this.lastUsedAt,
    });

    factory Session.fromJson(Map<String, dynamic> json) => Session(
        createdAt: DateTime.parse(json["created_at"]),
        current: json["current"],
        device: json["device"],
        id: json["id"],
        lastUsedAt: DateTime.parse(json["last_used_at"]),
    );

    Map<String, dynamic> toJson() => {
        "created_at": createdAt.toIso8601String(),
        "current": current,
        "device": device,
        "id": id,
        "last_used_at": lastUsedAt.toIso8601String(),
    };
}

class Patient {
    final String? address;
    
    ///in years; derived from `date_of_birth` where that is known
    final int? age;
    final DateTime createdAt;
    
    ///the account that made the record, and owns it; null where the patient registered
    final int? createdBy;
    final DateTime? dateOfBirth;
    final String? email;
    final Gender? gender;
    final int id;
    final String? medicalHistory;
    final String name;
    final String? phone;
    final DateTime updatedAt;
    
    ///the account of the patient, if there is one
    final int? userId;

    Patient({
        required this.address,
        required this.age,
        required this.createdAt,
        required this.createdBy,
        required this.dateOfBirth,
        required this.email,
        required this.gender,
        required this.id,
        required this.medicalHistory,
        required this.name,
        required this.phone,
        required this.updatedAt,
        required this.userId,
    });

    factory Patient.fromJson(Map<String, dynamic> json) => Patient(
        address: json["address"],
        age: json["age"],
        createdAt: DateTime.parse(json["created_at"]),
        createdBy: json["created_by"],
        dateOfBirth: json["date_of_birth"] == null ? null : DateTime.parse(json["date_of_birth"]),
        email: json["email"],
        gender: genderValues.map[json["gender"]],
        id: json["id"],
        medicalHistory: json["medical_history"],
        name: json["name"],
        phone: json["phone"],
        updatedAt: DateTime.parse(json["updated_at"]),
        userId: json["user_id"],
    );

    Map<String, dynamic> toJson() => {
        "address": address,
        "age": age,
        "created_at": createdAt.toIso8601String(),
        "created_by": createdBy,
        "date_of_birth": dateOfBirth == null ? null : "${dateOfBirth!.year.toString().padLeft(4, '0')}-${dateOfBirth!.month.toString().padLeft(2, '0')}-${dateOfBirth!.day.toString().padLeft(2, '0')}",
        "email": email,
        "gender": genderValues.reverse[gender],
        "id": id,
        "medical_history": medicalHistory,
        "name": name,
        "phone": phone,
        "updated_at": updatedAt.toIso8601String(),
        "user_id": userId,
    };
}

class PatientBatch {
    final List<NewPatient> patients;

    PatientBatch({
        required this.patients,
    });

    factory PatientBatch.fromJson(Map<String, dynamic> json) => PatientBatch(
        patients: List<NewPatient>.from(json["patients"].map((x) => NewPatient.fromJson(x))),
    );

    Map<String, dynamic> toJson() => {
        "patients": List<dynamic>.from(patients.map((x) => x.toJson())),
    };
}

class NewPatient {
    final String? address;
    
    ///in years; ignored where `date_of_birth` is sent as well
    final int? age;
    final DateTime? dateOfBirth;
    final String? email;
    final Gender? gender;
    final String? medicalHistory;
    final String name;
    final String? phone;

    NewPatient({
        this.address,
        this.age,
        this.dateOfBirth,
        this.email,
        this.gender,
        this.medicalHistory,
        required this.name,
        this.phone,
    });

    factory NewPatient.fromJson(Map<String, dynamic> json) => NewPatient(
        address: json["address"],
        age: json["age"],
        dateOfBirth: json["date_of_birth"] == null ? null : DateTime.parse(json["date_of_birth"]),
        email: json["email"],
        gender: genderValues.map[json["gender"]],
        medicalHistory: json["medical_history"],
        name: json["name"],
        phone: json["phone"],
    );

    Map<String, dynamic> toJson() => {
        "address": address,
        "age": age,
        "date_of_birth": dateOfBirth == null ? null : "${dateOfBirth!.year.toString().padLeft(4, '0')}-${dateOfBirth!.month.toString().padLeft(2, '0')}-${dateOfBirth!.day.toString().padLeft(2, '0')}",
        "email": email,
        "gender": genderValues.reverse[gender],
        "medical_history": medicalHistory,
        "name": name,
        "phone": phone,
    };
}

class RegisteredPatient {
    final String? address;
    
    ///in years; derived from `date_of_birth` where that is known
    final int? age;
    final DateTime createdAt;
    
    ///the account that made the record, and owns it; null where the patient registered
    final int? createdBy;
    final DateTime? dateOfBirth;
    final String? email;
    final Gender? gender;
    final int id;
    final String? medicalHistory;
    final String name;
    final String? phone;
    final RegisteredBy? registeredBy;
    final DateTime updatedAt;
    
    ///the account of the patient, if there is one
    final int? userId;

    RegisteredPatient({
        required this.address,
        required this.age,
        required this.createdAt,
        required this.createdBy,
        required this.dateOfBirth,
        required this.email,
        required this.gender,
        required this.id,
        required this.medicalHistory,
        required this.name,
        required this.phone,
        this.registeredBy,
        required this.updatedAt,
        required this.userId,
    });

    factory RegisteredPatient.fromJson(Map<String, dynamic> json) => RegisteredPatient(
        address: json["address"],
        age: json["age"],
        createdAt: DateTime.parse(json["created_at"]),
        createdBy: json["created_by"],
        dateOfBirth: json["date_of_birth"] == null ? null : DateTime.parse(json["date_of_birth"]),
        email: json["email"],
        gender: genderValues.map[json["gender"]],
        id: json["id"],
        medicalHistory: json["medical_history"],
        name: json["name"],
        phone: json["phone"],
        registeredBy: json["registered_by"] == null ? null : RegisteredBy.fromJson(json["registered_by"]),
        updatedAt: DateTime.parse(json["updated_at"]),
        userId: json["user_id"],
    );

    Map<String, dynamic> toJson() => {
        "address": address,
        "age": age,
        "created_at": createdAt.toIso8601String(),
        "created_by": createdBy,
        "date_of_birth": dateOfBirth == null ? null : "${dateOfBirth!.year.toString().padLeft(4, '0')}-${dateOfBirth!.month.toString().padLeft(2, '0')}-${dateOfBirth!.day.toString().padLeft(2, '0')}",
        "email": email,
        "gender": genderValues.reverse[gender],
        "id": id,
        "medical_history": medicalHistory,
        "name": name,
        "phone": phone,
        "registered_by": registeredBy?.toJson(),
        "updated_at": updatedAt.toIso8601String(),
        "user_id": userId,
    };
}


///whoever made the record, by what the account calls itself and what it signs in with; for
///doctors and the patient only, and null or not there where the patient registered
class RegisteredBy {
    final int id;
    final String name;
    final String? username;

    RegisteredBy({
        required this.id,
        required this.name,
        required this.username,
    });

    factory RegisteredBy.fromJson(Map<String, dynamic> json) => RegisteredBy(
        id: json["id"],
        name: json["name"],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "id": id,
        "name": name,
        "username": username,
    };
}


///Only what is to change. `null` clears a field, so leave out what you do not mean to
///change. A client that sends each unset field as null is refused, because a name cannot be
///null.
class PatientPatch {
    final String? address;
    
    ///in years; ignored where `date_of_birth` is sent as well
    final int? age;
    final DateTime? dateOfBirth;
    final String? email;
    final Gender? gender;
    final String? medicalHistory;
    final String? name;
    final String? phone;

    PatientPatch({
        this.address,
        this.age,
        this.dateOfBirth,
        this.email,
        this.gender,
        this.medicalHistory,
        this.name,
        this.phone,
    });

    factory PatientPatch.fromJson(Map<String, dynamic> json) => PatientPatch(
        address: json["address"],
        age: json["age"],
        dateOfBirth: json["date_of_birth"] == null ? null : DateTime.parse(json["date_of_birth"]),
        email: json["email"],
        gender: genderValues.map[json["gender"]],
        medicalHistory: json["medical_history"],
        name: json["name"],
        phone: json["phone"],
    );

    Map<String, dynamic> toJson() => {
        "address": address,
        "age": age,
        "date_of_birth": dateOfBirth == null ? null : "${dateOfBirth!.year.toString().padLeft(4, '0')}-${dateOfBirth!.month.toString().padLeft(2, '0')}-${dateOfBirth!.day.toString().padLeft(2, '0')}",
        "email": email,
        "gender": genderValues.reverse[gender],
        "medical_history": medicalHistory,
        "name": name,
        "phone": phone,
    };
}

class Invitation {
    final DateTime createdAt;
    
    ///the account that invites
    final int? createdBy;
    
    ///or of a doctor
    final int? doctor;
    final String email;
    
    ///from when its link no longer works
    final DateTime expiresAt;
    final int id;
    final String? name;
    
    ///the id of the record that the account gets, of a patient
    final int? patient;
    
    ///the role that the account gets
    final Role role;
    
    ///what became of it
    final InvitationState state;

    Invitation({
        required this.createdAt,
        required this.createdBy,
        required this.doctor,
        required this.email,
        required this.expiresAt,
        required this.id,
        required this.name,
        required this.patient,
        required this.role,
        required this.state,
    });

    factory Invitation.fromJson(Map<String, dynamic> json) => Invitation(
        createdAt: DateTime.parse(json["created_at"]),
        createdBy: json["created_by"],
        doctor: json["doctor"],
        email: json["email"],
        expiresAt: DateTime.parse(json["expires_at"]),
        id: json["id"],
        name: json["name"],
        patient: json["patient"],
        role: roleValues.map[json["role"]]!,
        state: invitationStateValues.map[json["state"]]!,
    );

    Map<String, dynamic> toJson() => {
        "created_at": createdAt.toIso8601String(),
        "created_by": createdBy,
        "doctor": doctor,
        "email": email,
        "expires_at": expiresAt.toIso8601String(),
        "id": id,
        "name": name,
        "patient": patient,
        "role": roleValues.reverse[role],
        "state": invitationStateValues.reverse[state],
    };
}


///what became of it
enum InvitationState {
    ACCEPTED,
    EXPIRED,
    OPEN,
    REVOKED
}

final invitationStateValues = EnumValues({
    "accepted": InvitationState.ACCEPTED,
    "expired": InvitationState.EXPIRED,
    "open": InvitationState.OPEN,
    "revoked": InvitationState.REVOKED
});

class NewDoctor {
    
    ///a phone number, an email, an address: whatever there is
    final String? contactInfo;
    final String? licenseNumber;
    final String name;
    final String specialization;

    NewDoctor({
        this.contactInfo,
        this.licenseNumber,
        required this.name,
        required this.specialization,
    });

    factory NewDoctor.fromJson(Map<String, dynamic> json) => NewDoctor(
        contactInfo: json["contact_info"],
        licenseNumber: json["license_number"],
        name: json["name"],
        specialization: json["specialization"],
    );

    Map<String, dynamic> toJson() => {
        "contact_info": contactInfo,
        "license_number": licenseNumber,
        "name": name,
        "specialization": specialization,
    };
}


///Only what is to change. `null` clears a field, so leave out what you do not mean to
///change. A client that sends each unset field as null is refused, because a name cannot be
///null.
class DoctorPatch {
    
    ///a phone number, an email, an address: whatever there is
    final String? contactInfo;
    final String? licenseNumber;
    final String? name;
    final String? specialization;

    DoctorPatch({
        this.contactInfo,
        this.licenseNumber,
        this.name,
        this.specialization,
    });

    factory DoctorPatch.fromJson(Map<String, dynamic> json) => DoctorPatch(
        contactInfo: json["contact_info"],
        licenseNumber: json["license_number"],
        name: json["name"],
        specialization: json["specialization"],
    );

    Map<String, dynamic> toJson() => {
        "contact_info": contactInfo,
        "license_number": licenseNumber,
        "name": name,
        "specialization": specialization,
    };
}


///Who is to treat whom. `patient_id` and `doctor_id` are accepted for the same.
class Assignment {
    
    ///the id of the doctor
    final int doctor;
    
    ///the id of the patient
    final int patient;

    Assignment({
        required this.doctor,
        required this.patient,
    });

    factory Assignment.fromJson(Map<String, dynamic> json) => Assignment(
        doctor: json["doctor"],
        patient: json["patient"],
    );

    Map<String, dynamic> toJson() => {
        "doctor": doctor,
        "patient": patient,
    };
}

class AssignedDoctor {
    final DateTime createdAt;
    
    ///the id of the doctor
    final int doctor;
    
    ///the record of the doctor
    final Doctor doctorDetail;
    final int id;
    
    ///the id of the patient
    final int patient;

    AssignedDoctor({
        required this.createdAt,
        required this.doctor,
        required this.doctorDetail,
        required this.id,
        required this.patient,
    });

    factory AssignedDoctor.fromJson(Map<String, dynamic> json) => AssignedDoctor(
        createdAt: DateTime.parse(json["created_at"]),
        doctor: json["doctor"],
        doctorDetail: Doctor.fromJson(json["doctor_detail"]),
        id: json["id"],
        patient: json["patient"],
    );

    Map<String, dynamic> toJson() => {
        "created_at": createdAt.toIso8601String(),
        "doctor": doctor,
        "doctor_detail": doctorDetail.toJson(),
        "id": id,
        "patient": patient,
    };
}


///the record of the doctor
class Doctor {
    
    ///whether the doctor may see patients; null for a doctor without an account
    final bool? approved;
    
    ///a phone number, an email, an address: whatever there is
    final String? contactInfo;
    final DateTime createdAt;
    
    ///the account that made the record, and owns it; null where the doctor registered
    final int? createdBy;
    final int id;
    
    ///null but for the doctor, its creator and administrators
    final String? licenseNumber;
    final String name;
    final String specialization;
    final DateTime updatedAt;
    
    ///the account of the doctor, if there is one
    final int? userId;

    Doctor({
        required this.approved,
        required this.contactInfo,
        required this.createdAt,
        required this.createdBy,
        required this.id,
        required this.licenseNumber,
        required this.name,
        required this.specialization,
        required this.updatedAt,
        required this.userId,
    });

    factory Doctor.fromJson(Map<String, dynamic> json) => Doctor(
        approved: json["approved"],
        contactInfo: json["contact_info"],
        createdAt: DateTime.parse(json["created_at"]),
        createdBy: json["created_by"],
        id: json["id"],
        licenseNumber: json["license_number"],
        name: json["name"],
        specialization: json["specialization"],
        updatedAt: DateTime.parse(json["updated_at"]),
        userId: json["user_id"],
    );

    Map<String, dynamic> toJson() => {
        "approved": approved,
        "contact_info": contactInfo,
        "created_at": createdAt.toIso8601String(),
        "created_by": createdBy,
        "id": id,
        "license_number": licenseNumber,
        "name": name,
        "specialization": specialization,
        "updated_at": updatedAt.toIso8601String(),
        "user_id": userId,
    };
}

class Sync {
    
    ///what to send the next time
    final String cursor;
    
    ///the same of doctors
    final List<SyncedDoctor> doctors;
    
    ///the same of who treats whom
    final List<Mapping> mappings;
    
    ///whether there is more, so that one asks again at once
    final bool more;
    
    ///those that were made or changed, or came into sight
    final List<SyncedPatient> patients;
    final Removed removed;

    Sync({
        required this.cursor,
        required this.doctors,
        required this.mappings,
        required this.more,
        required this.patients,
        required this.removed,
    });

    factory Sync.fromJson(Map<String, dynamic> json) => Sync(
        cursor: json["cursor"],
        doctors: List<SyncedDoctor>.from(json["doctors"].map((x) => SyncedDoctor.fromJson(x))),
        mappings: List<Mapping>.from(json["mappings"].map((x) => Mapping.fromJson(x))),
        more: json["more"],
        patients: List<SyncedPatient>.from(json["patients"].map((x) => SyncedPatient.fromJson(x))),
        removed: Removed.fromJson(json["removed"]),
    );

    Map<String, dynamic> toJson() => {
        "cursor": cursor,
        "doctors": List<dynamic>.from(doctors.map((x) => x.toJson())),
        "mappings": List<dynamic>.from(mappings.map((x) => x.toJson())),
        "more": more,
        "patients": List<dynamic>.from(patients.map((x) => x.toJson())),
        "removed": removed.toJson(),
    };
}

class SyncedDoctor {
    
    ///whether the doctor may see patients; null for a doctor without an account
    final bool? approved;
    
    ///a phone number, an email, an address: whatever there is
    final String? contactInfo;
    final DateTime createdAt;
    
    ///the account that made the record, and owns it; null where the doctor registered
    final int? createdBy;
    final int id;
    
    ///null but for the doctor, its creator and administrators
    final String? licenseNumber;
    final String name;
    final String specialization;
    final DateTime updatedAt;
    
    ///the account of the doctor, if there is one
    final int? userId;
    
    ///counts the changes of the record; `If-Match: "3"` changes version 3 and no other
    final int version;

    SyncedDoctor({
        required this.approved,
        required this.contactInfo,
        required this.createdAt,
        required this.createdBy,
        required this.id,
        required this.licenseNumber,
        required this.name,
        required this.specialization,
        required this.updatedAt,
        required this.userId,
        required this.version,
    });

    factory SyncedDoctor.fromJson(Map<String, dynamic> json) => SyncedDoctor(
        approved: json["approved"],
        contactInfo: json["contact_info"],
        createdAt: DateTime.parse(json["created_at"]),
        createdBy: json["created_by"],
        id: json["id"],
        licenseNumber: json["license_number"],
        name: json["name"],
        specialization: json["specialization"],
        updatedAt: DateTime.parse(json["updated_at"]),
        userId: json["user_id"],
        version: json["version"],
    );

    Map<String, dynamic> toJson() => {
        "approved": approved,
        "contact_info": contactInfo,
        "created_at": createdAt.toIso8601String(),
        "created_by": createdBy,
        "id": id,
        "license_number": licenseNumber,
        "name": name,
        "specialization": specialization,
        "updated_at": updatedAt.toIso8601String(),
        "user_id": userId,
        "version": version,
    };
}

class Mapping {
    final DateTime createdAt;
    
    ///the id of the doctor
    final int doctor;
    final int id;
    
    ///the id of the patient
    final int patient;

    Mapping({
        required this.createdAt,
        required this.doctor,
        required this.id,
        required this.patient,
    });

    factory Mapping.fromJson(Map<String, dynamic> json) => Mapping(
        createdAt: DateTime.parse(json["created_at"]),
        doctor: json["doctor"],
        id: json["id"],
        patient: json["patient"],
    );

    Map<String, dynamic> toJson() => {
        "created_at": createdAt.toIso8601String(),
        "doctor": doctor,
        "id": id,
        "patient": patient,
    };
}

class SyncedPatient {
    final String? address;
    
    ///in years; derived from `date_of_birth` where that is known
    final int? age;
    final DateTime createdAt;
    
    ///the account that made the record, and owns it; null where the patient registered
    final int? createdBy;
    final DateTime? dateOfBirth;
    final String? email;
    final Gender? gender;
    final int id;
    final String? medicalHistory;
    final String name;
    final String? phone;
    final DateTime updatedAt;
    
    ///the account of the patient, if there is one
    final int? userId;
    
    ///counts the changes of the record; `If-Match: "3"` changes version 3 and no other
    final int version;

    SyncedPatient({
        required this.address,
        required this.age,
        required this.createdAt,
        required this.createdBy,
        required this.dateOfBirth,
        required this.email,
        required this.gender,
        required this.id,
        required this.medicalHistory,
        required this.name,
        required this.phone,
        required this.updatedAt,
        required this.userId,
        required this.version,
    });

    factory SyncedPatient.fromJson(Map<String, dynamic> json) => SyncedPatient(
        address: json["address"],
        age: json["age"],
        createdAt: DateTime.parse(json["created_at"]),
        createdBy: json["created_by"],
        dateOfBirth: json["date_of_birth"] == null ? null : DateTime.parse(json["date_of_birth"]),
        email: json["email"],
        gender: genderValues.map[json["gender"]],
        id: json["id"],
        medicalHistory: json["medical_history"],
        name: json["name"],
        phone: json["phone"],
        updatedAt: DateTime.parse(json["updated_at"]),
        userId: json["user_id"],
        version: json["version"],
    );

    Map<String, dynamic> toJson() => {
        "address": address,
        "age": age,
        "created_at": createdAt.toIso8601String(),
        "created_by": createdBy,
        "date_of_birth": dateOfBirth == null ? null : "${dateOfBirth!.year.toString().padLeft(4, '0')}-${dateOfBirth!.month.toString().padLeft(2, '0')}-${dateOfBirth!.day.toString().padLeft(2, '0')}",
        "email": email,
        "gender": genderValues.reverse[gender],
        "id": id,
        "medical_history": medicalHistory,
        "name": name,
        "phone": phone,
        "updated_at": updatedAt.toIso8601String(),
        "user_id": userId,
        "version": version,
    };
}


///Deleted, or no longer visible to the caller.
class Removed {
    
    ///ids of doctors
    final List<int> doctors;
    
    ///ids of mappings
    final List<int> mappings;
    
    ///ids of patients
    final List<int> patients;

    Removed({
        required this.doctors,
        required this.mappings,
        required this.patients,
    });

    factory Removed.fromJson(Map<String, dynamic> json) => Removed(
        doctors: List<int>.from(json["doctors"].map((x) => x)),
        mappings: List<int>.from(json["mappings"].map((x) => x)),
        patients: List<int>.from(json["patients"].map((x) => x)),
    );

    Map<String, dynamic> toJson() => {
        "doctors": List<dynamic>.from(doctors.map((x) => x)),
        "mappings": List<dynamic>.from(mappings.map((x) => x)),
        "patients": List<dynamic>.from(patients.map((x) => x)),
    };
}

class AccessEntry {
    
    ///what was done: `create`, `read`, `update`, `delete`, `login`, `refused` and so on
    final String action;
    
    ///the account that did it; null for nobody who was signed in
    final int? actorId;
    
    ///what it was called then
    final String? actorName;
    
    ///the role that it had then
    final String? actorRole;
    
    ///when it was done
    final DateTime at;
    final int id;
    
    ///to what: `patient`, `doctor`, `mapping`, `user`, `session` and so on
    final String resource;

    AccessEntry({
        required this.action,
        required this.actorId,
        required this.actorName,
        required this.actorRole,
        required this.at,
        required this.id,
        required this.resource,
    });

    factory AccessEntry.fromJson(Map<String, dynamic> json) => AccessEntry(
        action: json["action"],
        actorId: json["actor_id"],
        actorName: json["actor_name"],
        actorRole: json["actor_role"],
        at: DateTime.parse(json["at"]),
        id: json["id"],
        resource: json["resource"],
    );

    Map<String, dynamic> toJson() => {
        "action": action,
        "actor_id": actorId,
        "actor_name": actorName,
        "actor_role": actorRole,
        "at": at.toIso8601String(),
        "id": id,
        "resource": resource,
    };
}

class Account {
    final DateTime createdAt;
    
    ///whether the account may not sign in
    final bool disabled;
    
    ///null only for an account that came from elsewhere without one
    final String? email;
    
    ///whether a link was used that was sent to this email
    final bool emailVerified;
    final int id;
    final String name;
    
    ///the email from when its link is used on
    final String? pendingEmail;
    final Role role;
    final String? username;

    Account({
        required this.createdAt,
        required this.disabled,
        required this.email,
        required this.emailVerified,
        required this.id,
        required this.name,
        required this.pendingEmail,
        required this.role,
        required this.username,
    });

    factory Account.fromJson(Map<String, dynamic> json) => Account(
        createdAt: DateTime.parse(json["created_at"]),
        disabled: json["disabled"],
        email: json["email"],
        emailVerified: json["email_verified"],
        id: json["id"],
        name: json["name"],
        pendingEmail: json["pending_email"],
        role: roleValues.map[json["role"]]!,
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "created_at": createdAt.toIso8601String(),
        "disabled": disabled,
        "email": email,
        "email_verified": emailVerified,
        "id": id,
        "name": name,
        "pending_email": pendingEmail,
        "role": roleValues.reverse[role],
        "username": username,
    };
}

class AccountPatch {
    
    ///whether the account may not sign in
    final bool? disabled;
    final String? email;
    final String? name;
    final Role? role;
    final String? username;

    AccountPatch({
        this.disabled,
        this.email,
        this.name,
        this.role,
        this.username,
    });

    factory AccountPatch.fromJson(Map<String, dynamic> json) => AccountPatch(
        disabled: json["disabled"],
        email: json["email"],
        name: json["name"],
        role: roleValues.map[json["role"]],
        username: json["username"],
    );

    Map<String, dynamic> toJson() => {
        "disabled": disabled,
        "email": email,
        "name": name,
        "role": roleValues.reverse[role],
        "username": username,
    };
}

class Waiting {
    
    ///those that wait after wrong passwords
    final List<BlockedAccount> accounts;
    
    ///those who await approval, the longest first
    final List<Doctor> doctors;
    
    ///those that were tried and not sent, the oldest first
    final List<Mail> mails;
    
    ///how many there are of each, where not all are here
    final WaitingTotals totals;

    Waiting({
        required this.accounts,
        required this.doctors,
        required this.mails,
        required this.totals,
    });

    factory Waiting.fromJson(Map<String, dynamic> json) => Waiting(
        accounts: List<BlockedAccount>.from(json["accounts"].map((x) => BlockedAccount.fromJson(x))),
        doctors: List<Doctor>.from(json["doctors"].map((x) => Doctor.fromJson(x))),
        mails: List<Mail>.from(json["mails"].map((x) => Mail.fromJson(x))),
        totals: WaitingTotals.fromJson(json["totals"]),
    );

    Map<String, dynamic> toJson() => {
        "accounts": List<dynamic>.from(accounts.map((x) => x.toJson())),
        "doctors": List<dynamic>.from(doctors.map((x) => x.toJson())),
        "mails": List<dynamic>.from(mails.map((x) => x.toJson())),
        "totals": totals.toJson(),
    };
}

class BlockedAccount {
    final String? email;
    final int id;
    final String name;
    final String? username;
    
    ///when the next password may be tried
    final DateTime waitsUntil;

    BlockedAccount({
        required this.email,
        required this.id,
        required this.name,
        required this.username,
        required this.waitsUntil,
    });

    factory BlockedAccount.fromJson(Map<String, dynamic> json) => BlockedAccount(
        email: json["email"],
        id: json["id"],
        name: json["name"],
        username: json["username"],
        waitsUntil: DateTime.parse(json["waits_until"]),
    );

    Map<String, dynamic> toJson() => {
        "email": email,
        "id": id,
        "name": name,
        "username": username,
        "waits_until": waitsUntil.toIso8601String(),
    };
}

class Mail {
    
    ///when somebody or something called for it
    final DateTime askedAt;
    
    ///how often it was tried
    final int attempts;
    
    ///why it was not tried: too many went to this `address`, or from this `deployment`, within
    ///a day
    final Held? held;
    final int id;
    
    ///what it is for
    final Purpose purpose;
    
    ///the address that it goes to
    final String recipient;
    
    ///`failed` once it was tried for a day
    final MailState state;
    
    ///the account that it is for
    final int? userId;

    Mail({
        required this.askedAt,
        required this.attempts,
        required this.held,
        required this.id,
        required this.purpose,
        required this.recipient,
        required this.state,
        required this.userId,
    });

    factory Mail.fromJson(Map<String, dynamic> json) => Mail(
        askedAt: DateTime.parse(json["asked_at"]),
        attempts: json["attempts"],
        held: heldValues.map[json["held"]],
        id: json["id"],
        purpose: purposeValues.map[json["purpose"]]!,
        recipient: json["recipient"],
        state: mailStateValues.map[json["state"]]!,
        userId: json["user_id"],
    );

    Map<String, dynamic> toJson() => {
        "asked_at": askedAt.toIso8601String(),
        "attempts": attempts,
        "held": heldValues.reverse[held],
        "id": id,
        "purpose": purposeValues.reverse[purpose],
        "recipient": recipient,
        "state": mailStateValues.reverse[state],
        "user_id": userId,
    };
}

enum Held {
    ADDRESS,
    DEPLOYMENT
}

final heldValues = EnumValues({
    "address": Held.ADDRESS,
    "deployment": Held.DEPLOYMENT
});


///what it is for
enum Purpose {
    CHANGE,
    EMAIL_TAKEN,
    INVITATION,
    NEW_ADMIN,
    NEW_DEVICE,
    PASSWORD_CHANGED,
    PROFILE_CHANGED,
    RESET,
    ROLE_CHANGED,
    TOKEN_REPLAYED,
    UNDO,
    VERIFY
}

final purposeValues = EnumValues({
    "change": Purpose.CHANGE,
    "email_taken": Purpose.EMAIL_TAKEN,
    "invitation": Purpose.INVITATION,
    "new_admin": Purpose.NEW_ADMIN,
    "new_device": Purpose.NEW_DEVICE,
    "password_changed": Purpose.PASSWORD_CHANGED,
    "profile_changed": Purpose.PROFILE_CHANGED,
    "reset": Purpose.RESET,
    "role_changed": Purpose.ROLE_CHANGED,
    "token_replayed": Purpose.TOKEN_REPLAYED,
    "undo": Purpose.UNDO,
    "verify": Purpose.VERIFY
});


///`failed` once it was tried for a day
enum MailState {
    FAILED,
    WAITING
}

final mailStateValues = EnumValues({
    "failed": MailState.FAILED,
    "waiting": MailState.WAITING
});


///how many there are of each, where not all are here
class WaitingTotals {
    final int accounts;
    final int doctors;
    final int mails;

    WaitingTotals({
        required this.accounts,
        required this.doctors,
        required this.mails,
    });

    factory WaitingTotals.fromJson(Map<String, dynamic> json) => WaitingTotals(
        accounts: json["accounts"],
        doctors: json["doctors"],
        mails: json["mails"],
    );

    Map<String, dynamic> toJson() => {
        "accounts": accounts,
        "doctors": doctors,
        "mails": mails,
    };
}

class Settings {
    final int accessTokenSeconds;
    
    ///the origins of browsers that may ask; `*` is any
    final List<String> corsOrigins;
    
    ///until when the tokens of the Django of before count
    final String? djangoTokensUntil;
    final DoctorApproval doctorApproval;
    
    ///how mails are sent; null: not at all
    final MailEnum? mail;
    final String? mailFrom;
    
    ///how many this deployment sends
    final int mailsPerDay;
    
    ///whether tokens that JWT_SECRET_PREVIOUS signed still count
    final bool previousSecret;
    
    ///where links in mails lead
    final String? publicUrl;
    final int refreshTokenSeconds;
    
    ///who may register without an invitation
    final List<RegistrationElement> registration;
    
    ///whether an account may use /api/auth only until its email is confirmed
    final bool requireVerifiedEmail;
    
    ///how many an account may have at once
    final int sessionsPerAccount;
    
    ///whether there are the routes under /api/token
    final bool simplejwtRoutes;
    
    ///after which an account goes whose email nobody confirmed; 0: never
    final int unconfirmedAccountDays;
    final String version;
    
    ///what should be set, or bound, and is not
    final List<SettingsWarning> warnings;

    Settings({
        required this.accessTokenSeconds,
        required this.corsOrigins,
        required this.djangoTokensUntil,
        required this.doctorApproval,
        required this.mail,
        required this.mailFrom,
        required this.mailsPerDay,
        required this.previousSecret,
        required this.publicUrl,
        required this.refreshTokenSeconds,
        required this.registration,
        required this.requireVerifiedEmail,
        required this.sessionsPerAccount,
        required this.simplejwtRoutes,
        required this.unconfirmedAccountDays,
        required this.version,
        required this.warnings,
    });

    factory Settings.fromJson(Map<String, dynamic> json) => Settings(
        accessTokenSeconds: json["access_token_seconds"],
        corsOrigins: List<String>.from(json["cors_origins"].map((x) => x)),
        djangoTokensUntil: json["django_tokens_until"],
        doctorApproval: doctorApprovalValues.map[json["doctor_approval"]]!,
        mail: mailEnumValues.map[json["mail"]],
        mailFrom: json["mail_from"],
        mailsPerDay: json["mails_per_day"],
        previousSecret: json["previous_secret"],
        publicUrl: json["public_url"],
        refreshTokenSeconds: json["refresh_token_seconds"],
        registration: List<RegistrationElement>.from(json["registration"].map((x) => registrationElementValues.map[x]!)),
        requireVerifiedEmail: json["require_verified_email"],
        sessionsPerAccount: json["sessions_per_account"],
        simplejwtRoutes: json["simplejwt_routes"],
        unconfirmedAccountDays: json["unconfirmed_account_days"],
        version: json["version"],
        warnings: List<SettingsWarning>.from(json["warnings"].map((x) => SettingsWarning.fromJson(x))),
    );

    Map<String, dynamic> toJson() => {
        "access_token_seconds": accessTokenSeconds,
        "cors_origins": List<dynamic>.from(corsOrigins.map((x) => x)),
        "django_tokens_until": djangoTokensUntil,
        "doctor_approval": doctorApprovalValues.reverse[doctorApproval],
        "mail": mailEnumValues.reverse[mail],
        "mail_from": mailFrom,
        "mails_per_day": mailsPerDay,
        "previous_secret": previousSecret,
        "public_url": publicUrl,
        "refresh_token_seconds": refreshTokenSeconds,
        "registration": List<dynamic>.from(registration.map((x) => registrationElementValues.reverse[x])),
        "require_verified_email": requireVerifiedEmail,
        "sessions_per_account": sessionsPerAccount,
        "simplejwt_routes": simplejwtRoutes,
        "unconfirmed_account_days": unconfirmedAccountDays,
        "version": version,
        "warnings": List<dynamic>.from(warnings.map((x) => x.toJson())),
    };
}

enum DoctorApproval {
    AUTOMATIC,
    MANUAL
}

final doctorApprovalValues = EnumValues({
    "automatic": DoctorApproval.AUTOMATIC,
    "manual": DoctorApproval.MANUAL
});

enum MailEnum {
    API,
    BINDING
}

final mailEnumValues = EnumValues({
    "api": MailEnum.API,
    "binding": MailEnum.BINDING
});

class SettingsWarning {
    final CodeElement code;
    final String detail;

    SettingsWarning({
        required this.code,
        required this.detail,
    });

    factory SettingsWarning.fromJson(Map<String, dynamic> json) => SettingsWarning(
        code: codeElementValues.map[json["code"]]!,
        detail: json["detail"],
    );

    Map<String, dynamic> toJson() => {
        "code": codeElementValues.reverse[code],
        "detail": detail,
    };
}

class NewInvitation {
    
    ///the id of the record of the doctor who is invited: for the role doctor, and for no other
    final int? doctor;
    final String email;
    final String? name;
    
    ///the role that the account gets
    final RoleEnum role;

    NewInvitation({
        this.doctor,
        required this.email,
        this.name,
        required this.role,
    });

    factory NewInvitation.fromJson(Map<String, dynamic> json) => NewInvitation(
        doctor: json["doctor"],
        email: json["email"],
        name: json["name"],
        role: roleEnumValues.map[json["role"]]!,
    );

    Map<String, dynamic> toJson() => {
        "doctor": doctor,
        "email": email,
        "name": name,
        "role": roleEnumValues.reverse[role],
    };
}


///the role that the account gets
enum RoleEnum {
    ADMIN,
    DOCTOR,
    USER
}

final roleEnumValues = EnumValues({
    "admin": RoleEnum.ADMIN,
    "doctor": RoleEnum.DOCTOR,
    "user": RoleEnum.USER
});

class AuditEntry {
    
    ///what was done: `create`, `read`, `update`, `delete`, `login`, `refused` and so on
    final String action;
    
    ///the account that did it; null for nobody who was signed in
    final int? actorId;
    
    ///what it was called then
    final String? actorName;
    
    ///the role that it had then
    final String? actorRole;
    
    ///from where
    final String? address;
    
    ///when it was done
    final DateTime at;
    
    ///of a change the fields that it replaced, as they were; of a deletion the whole record
    final Map<String, dynamic>? before;
    final int id;
    
    ///the patients whose data it is about
    final List<int> patientIds;
    
    ///the request that did it
    final String? requestId;
    
    ///to what: `patient`, `doctor`, `mapping`, `user`, `session` and so on
    final String resource;
    
    ///the `id` of what it was done to, where that is one record
    final int? resourceId;

    AuditEntry({
        required this.action,
        required this.actorId,
        required this.actorName,
        required this.actorRole,
        required this.address,
        required this.at,
        required this.before,
        required this.id,
        required this.patientIds,
        required this.requestId,
        required this.resource,
        required this.resourceId,
    });

    factory AuditEntry.fromJson(Map<String, dynamic> json) => AuditEntry(
        action: json["action"],
        actorId: json["actor_id"],
        actorName: json["actor_name"],
        actorRole: json["actor_role"],
        address: json["address"],
        at: DateTime.parse(json["at"]),
        before: Map.from(json["before"]!).map((k, v) => MapEntry<String, dynamic>(k, v)),
        id: json["id"],
        patientIds: List<int>.from(json["patient_ids"].map((x) => x)),
        requestId: json["request_id"],
        resource: json["resource"],
        resourceId: json["resource_id"],
    );

    Map<String, dynamic> toJson() => {
        "action": action,
        "actor_id": actorId,
        "actor_name": actorName,
        "actor_role": actorRole,
        "address": address,
        "at": at.toIso8601String(),
        "before": Map.from(before!).map((k, v) => MapEntry<String, dynamic>(k, v)),
        "id": id,
        "patient_ids": List<dynamic>.from(patientIds.map((x) => x)),
        "request_id": requestId,
        "resource": resource,
        "resource_id": resourceId,
    };
}

class Restored {
    final int id;
    
    ///those that came back with it
    final List<int> mappings;
    
    ///what came back
    final Resource resource;

    Restored({
        required this.id,
        required this.mappings,
        required this.resource,
    });

    factory Restored.fromJson(Map<String, dynamic> json) => Restored(
        id: json["id"],
        mappings: List<int>.from(json["mappings"].map((x) => x)),
        resource: resourceValues.map[json["resource"]]!,
    );

    Map<String, dynamic> toJson() => {
        "id": id,
        "mappings": List<dynamic>.from(mappings.map((x) => x)),
        "resource": resourceValues.reverse[resource],
    };
}


///what came back
enum Resource {
    DOCTOR,
    PATIENT
}

final resourceValues = EnumValues({
    "doctor": Resource.DOCTOR,
    "patient": Resource.PATIENT
});

class EnumValues<T> {
    Map<String, T> map;
    late Map<T, String> reverseMap;

    EnumValues(this.map);

    Map<T, String> get reverse {
            reverseMap = map.map((k, v) => MapEntry(v, k));
            return reverseMap;
    }
}
