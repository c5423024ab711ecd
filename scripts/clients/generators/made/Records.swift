// This file was generated from JSON Schema using quicktype, do not modify it directly.
// To parse the JSON, add this file to your project and do:
//
//   let problem = try Problem(json)
//   let service = try Service(json)
//   let health = try Health(json)
//   let readiness = try Readiness(json)
//   let signedIn = try SignedIn(json)
//   let user = try User(json)
//   let iD = try ID(json)
//   let role = try? JSONDecoder().decode(Role.self, from: jsonData)
//   let registration = try Registration(json)
//   let patientRegistration = try PatientRegistration(json)
//   let gender = try? JSONDecoder().decode(Gender.self, from: jsonData)
//   let doctorRegistration = try DoctorRegistration(json)
//   let credentials = try Credentials(json)
//   let loginByUsername = try LoginByUsername(json)
//   let loginByEmail = try LoginByEmail(json)
//   let refresh = try Refresh(json)
//   let addressee = try Addressee(json)
//   let passwordReset = try PasswordReset(json)
//   let link = try Link(json)
//   let invitedRegistration = try InvitedRegistration(json)
//   let openInvitation = try OpenInvitation(json)
//   let invitedBy = try InvitedBy(json)
//   let tokenPair = try TokenPair(json)
//   let accessToken = try AccessToken(json)
//   let done = try Done(json)
//   let tokenToVerify = try TokenToVerify(json)
//   let userPatch = try UserPatch(json)
//   let acceptance = try Acceptance(json)
//   let ownPassword = try OwnPassword(json)
//   let passwordChange = try PasswordChange(json)
//   let session = try Session(json)
//   let patient = try Patient(json)
//   let newPatient = try NewPatient(json)
//   let patientBatch = try PatientBatch(json)
//   let doctor = try Doctor(json)
//   let registeredPatient = try RegisteredPatient(json)
//   let registeredBy = try RegisteredBy(json)
//   let patientPatch = try PatientPatch(json)
//   let invitation = try Invitation(json)
//   let newDoctor = try NewDoctor(json)
//   let doctorPatch = try DoctorPatch(json)
//   let mapping = try Mapping(json)
//   let assignment = try Assignment(json)
//   let assignedDoctor = try AssignedDoctor(json)
//   let sync = try Sync(json)
//   let syncedPatient = try SyncedPatient(json)
//   let syncedDoctor = try SyncedDoctor(json)
//   let removed = try Removed(json)
//   let accessEntry = try AccessEntry(json)
//   let account = try Account(json)
//   let accountPatch = try AccountPatch(json)
//   let waiting = try Waiting(json)
//   let mail = try Mail(json)
//   let blockedAccount = try BlockedAccount(json)
//   let waitingTotals = try WaitingTotals(json)
//   let settings = try Settings(json)
//   let settingsWarning = try SettingsWarning(json)
//   let newInvitation = try NewInvitation(json)
//   let auditEntry = try AuditEntry(json)
//   let restored = try Restored(json)

import Foundation

// MARK: - Problem
struct Problem: Codable {
    /// for a program: which refusal this is
    let code: ProblemCode
    /// for a person: what to do about it
    let detail: String
    /// messages by field
    let errors: [String: [String]]?
    /// what to quote to us
    let requestID: String
    /// the status of the answer
    let status: Int
    let title: String
    /// a name for this kind of problem, as a URI
    let type: String

    enum CodingKeys: String, CodingKey {
        case code = "code"
        case detail = "detail"
        case errors = "errors"
        case requestID = "request_id"
        case status = "status"
        case title = "title"
        case type = "type"
    }
}

// MARK: Problem convenience initializers and mutators

extension Problem {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Problem.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        code: ProblemCode? = nil,
        detail: String? = nil,
        errors: [String: [String]]?? = nil,
        requestID: String? = nil,
        status: Int? = nil,
        title: String? = nil,
        type: String? = nil
    ) -> Problem {
        return Problem(
            code: code ?? self.code,
            detail: detail ?? self.detail,
            errors: errors ?? self.errors,
            requestID: requestID ?? self.requestID,
            status: status ?? self.status,
            title: title ?? self.title,
            type: type ?? self.type
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// for a program: which refusal this is
enum ProblemCode: String, Codable {
    case accountDisabled = "account_disabled"
    case alreadyLinked = "already_linked"
    case answeredBefore = "answered_before"
    case bodyTooLarge = "body_too_large"
    case databaseUnavailable = "database_unavailable"
    case doctorNotApproved = "doctor_not_approved"
    case duplicate = "duplicate"
    case emailUnverified = "email_unverified"
    case hasAccount = "has_account"
    case internalError = "internal_error"
    case invalidCredentials = "invalid_credentials"
    case invalidInput = "invalid_input"
    case invitationOpen = "invitation_open"
    case keyReused = "key_reused"
    case lastAdmin = "last_admin"
    case leavesRecord = "leaves_record"
    case limitReached = "limit_reached"
    case linkInvalid = "link_invalid"
    case malformedJSON = "malformed_json"
    case misconfigured = "misconfigured"
    case noActiveAccount = "no_active_account"
    case noLinkedAccount = "no_linked_account"
    case noLinkedRecord = "no_linked_record"
    case noRecord = "no_record"
    case notFound = "not_found"
    case notOwner = "not_owner"
    case othersAssigned = "others_assigned"
    case ownAccount = "own_account"
    case ownRecord = "own_record"
    case passwordRequired = "password_required"
    case preconditionRequired = "precondition_required"
    case refreshInvalid = "refresh_invalid"
    case refreshReused = "refresh_reused"
    case registrationClosed = "registration_closed"
    case sessionEnded = "session_ended"
    case staleVersion = "stale_version"
    case stepUpRequired = "step_up_required"
    case syncReset = "sync_reset"
    case tokenNotValid = "token_not_valid"
    case tooManyAttempts = "too_many_attempts"
    case tooManyRequests = "too_many_requests"
    case unauthenticated = "unauthenticated"
    case unsupportedMediaType = "unsupported_media_type"
    case wrongAccount = "wrong_account"
    case wrongRole = "wrong_role"
}

// MARK: - Service
struct Service: Codable {
    /// paths by what is there
    let links: [String: String]
    let name: String
    /// who may register without an invitation
    let registration: [RegistrationElement]
    let version: String

    enum CodingKeys: String, CodingKey {
        case links = "links"
        case name = "name"
        case registration = "registration"
        case version = "version"
    }
}

// MARK: Service convenience initializers and mutators

extension Service {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Service.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        links: [String: String]? = nil,
        name: String? = nil,
        registration: [RegistrationElement]? = nil,
        version: String? = nil
    ) -> Service {
        return Service(
            links: links ?? self.links,
            name: name ?? self.name,
            registration: registration ?? self.registration,
            version: version ?? self.version
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum RegistrationElement: String, Codable {
    case doctor = "doctor"
    case patient = "patient"
    case user = "user"
}

// MARK: - Health
struct Health: Codable {
    let status: Status

    enum CodingKeys: String, CodingKey {
        case status = "status"
    }
}

// MARK: Health convenience initializers and mutators

extension Health {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Health.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        status: Status? = nil
    ) -> Health {
        return Health(
            status: status ?? self.status
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum Status: String, Codable {
    case ok = "ok"
}

// MARK: - Readiness
struct Readiness: Codable {
    /// false: one has to be made on the command line first
    let hasAdministrator: Bool
    let status: Status
    /// what should be set, or bound, and is not
    let warnings: [CodeElement]

    enum CodingKeys: String, CodingKey {
        case hasAdministrator = "has_administrator"
        case status = "status"
        case warnings = "warnings"
    }
}

// MARK: Readiness convenience initializers and mutators

extension Readiness {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Readiness.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        hasAdministrator: Bool? = nil,
        status: Status? = nil,
        warnings: [CodeElement]? = nil
    ) -> Readiness {
        return Readiness(
            hasAdministrator: hasAdministrator ?? self.hasAdministrator,
            status: status ?? self.status,
            warnings: warnings ?? self.warnings
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum CodeElement: String, Codable {
    case limiterMissing = "limiter_missing"
    case mailUnset = "mail_unset"
    case registrationUnset = "registration_unset"
}

// MARK: - SignedIn
struct SignedIn: Codable {
    /// the access token: send it as `Authorization: Bearer <access>`
    let access: String
    /// seconds for which `access` counts
    let expiresIn: Int
    /// the refresh token, which is exchanged for a new access token
    let refresh: String
    /// how `access` is sent
    let tokenType: TokenType
    let user: User

    enum CodingKeys: String, CodingKey {
        case access = "access"
        case expiresIn = "expires_in"
        case refresh = "refresh"
        case tokenType = "token_type"
        case user = "user"
    }
}

// MARK: SignedIn convenience initializers and mutators

extension SignedIn {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(SignedIn.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        access: String? = nil,
        expiresIn: Int? = nil,
        refresh: String? = nil,
        tokenType: TokenType? = nil,
        user: User? = nil
    ) -> SignedIn {
        return SignedIn(
            access: access ?? self.access,
            expiresIn: expiresIn ?? self.expiresIn,
            refresh: refresh ?? self.refresh,
            tokenType: tokenType ?? self.tokenType,
            user: user ?? self.user
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum TokenType: String, Codable {
    case bearer = "Bearer"
}

// MARK: - User
struct User: Codable {
    let createdAt: Date
    /// null only for an account that came from elsewhere without one
    let email: String?
    /// whether a link was used that was sent to this email
    let emailVerified: Bool
    let id: Int
    let name: String
    /// the email from when its link is used on
    let pendingEmail: String?
    let role: Role
    /// what one signs in with, if not with the email
    let username: String

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case email = "email"
        case emailVerified = "email_verified"
        case id = "id"
        case name = "name"
        case pendingEmail = "pending_email"
        case role = "role"
        case username = "username"
    }
}

// MARK: User convenience initializers and mutators

extension User {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(User.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        createdAt: Date? = nil,
        email: String?? = nil,
        emailVerified: Bool? = nil,
        id: Int? = nil,
        name: String? = nil,
        pendingEmail: String?? = nil,
        role: Role? = nil,
        username: String? = nil
    ) -> User {
        return User(
            createdAt: createdAt ?? self.createdAt,
            email: email ?? self.email,
            emailVerified: emailVerified ?? self.emailVerified,
            id: id ?? self.id,
            name: name ?? self.name,
            pendingEmail: pendingEmail ?? self.pendingEmail,
            role: role ?? self.role,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// What an account may do.
///
/// the role that the account gets
enum Role: String, Codable {
    case admin = "admin"
    case doctor = "doctor"
    case patient = "patient"
    case user = "user"
}

// MARK: - Registration
struct Registration: Codable {
    let email: String
    /// without one it is the username
    let name: String?
    /// none of the commonest, nor your own name or email
    let password: String
    /// without one it is made from the email
    let username: String?

    enum CodingKeys: String, CodingKey {
        case email = "email"
        case name = "name"
        case password = "password"
        case username = "username"
    }
}

// MARK: Registration convenience initializers and mutators

extension Registration {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Registration.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        email: String? = nil,
        name: String?? = nil,
        password: String? = nil,
        username: String?? = nil
    ) -> Registration {
        return Registration(
            email: email ?? self.email,
            name: name ?? self.name,
            password: password ?? self.password,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - PatientRegistration
struct PatientRegistration: Codable {
    let address: String?
    /// in years; ignored where `date_of_birth` is sent as well
    let age: Int?
    let dateOfBirth: String?
    let email: String
    let gender: Gender?
    let medicalHistory: String?
    /// without one it is the username
    let name: String?
    /// none of the commonest, nor your own name or email
    let password: String
    let phone: String?
    /// without one it is made from the email
    let username: String?

    enum CodingKeys: String, CodingKey {
        case address = "address"
        case age = "age"
        case dateOfBirth = "date_of_birth"
        case email = "email"
        case gender = "gender"
        case medicalHistory = "medical_history"
        case name = "name"
        case password = "password"
        case phone = "phone"
        case username = "username"
    }
}

// MARK: PatientRegistration convenience initializers and mutators

extension PatientRegistration {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(PatientRegistration.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        address: String?? = nil,
        age: Int?? = nil,
        dateOfBirth: String?? = nil,
        email: String? = nil,
        gender: Gender?? = nil,
        medicalHistory: String?? = nil,
        name: String?? = nil,
        password: String? = nil,
        phone: String?? = nil,
        username: String?? = nil
    ) -> PatientRegistration {
        return PatientRegistration(
            address: address ?? self.address,
            age: age ?? self.age,
            dateOfBirth: dateOfBirth ?? self.dateOfBirth,
            email: email ?? self.email,
            gender: gender ?? self.gender,
            medicalHistory: medicalHistory ?? self.medicalHistory,
            name: name ?? self.name,
            password: password ?? self.password,
            phone: phone ?? self.phone,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum Gender: String, Codable {
    case female = "female"
    case male = "male"
    case other = "other"
    case unknown = "unknown"
}

// MARK: - DoctorRegistration
struct DoctorRegistration: Codable {
    /// a phone number, an email, an address: whatever there is
    let contactInfo: String?
    let email: String
    let licenseNumber: String?
    /// without one it is the username
    let name: String?
    /// none of the commonest, nor your own name or email
    let password: String
    let specialization: String
    /// without one it is made from the email
    let username: String?

    enum CodingKeys: String, CodingKey {
        case contactInfo = "contact_info"
        case email = "email"
        case licenseNumber = "license_number"
        case name = "name"
        case password = "password"
        case specialization = "specialization"
        case username = "username"
    }
}

// MARK: DoctorRegistration convenience initializers and mutators

extension DoctorRegistration {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(DoctorRegistration.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        contactInfo: String?? = nil,
        email: String? = nil,
        licenseNumber: String?? = nil,
        name: String?? = nil,
        password: String? = nil,
        specialization: String? = nil,
        username: String?? = nil
    ) -> DoctorRegistration {
        return DoctorRegistration(
            contactInfo: contactInfo ?? self.contactInfo,
            email: email ?? self.email,
            licenseNumber: licenseNumber ?? self.licenseNumber,
            name: name ?? self.name,
            password: password ?? self.password,
            specialization: specialization ?? self.specialization,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Credentials
struct Credentials: Codable {
    let password: String
    /// or the email
    let username: String?
    let email: String?

    enum CodingKeys: String, CodingKey {
        case password = "password"
        case username = "username"
        case email = "email"
    }
}

// MARK: Credentials convenience initializers and mutators

extension Credentials {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Credentials.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        password: String? = nil,
        username: String?? = nil,
        email: String?? = nil
    ) -> Credentials {
        return Credentials(
            password: password ?? self.password,
            username: username ?? self.username,
            email: email ?? self.email
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - LoginByUsername
struct LoginByUsername: Codable {
    let password: String
    /// or the email
    let username: String

    enum CodingKeys: String, CodingKey {
        case password = "password"
        case username = "username"
    }
}

// MARK: LoginByUsername convenience initializers and mutators

extension LoginByUsername {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(LoginByUsername.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        password: String? = nil,
        username: String? = nil
    ) -> LoginByUsername {
        return LoginByUsername(
            password: password ?? self.password,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - LoginByEmail
struct LoginByEmail: Codable {
    let email: String
    let password: String

    enum CodingKeys: String, CodingKey {
        case email = "email"
        case password = "password"
    }
}

// MARK: LoginByEmail convenience initializers and mutators

extension LoginByEmail {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(LoginByEmail.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        email: String? = nil,
        password: String? = nil
    ) -> LoginByEmail {
        return LoginByEmail(
            email: email ?? self.email,
            password: password ?? self.password
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Refresh
struct Refresh: Codable {
    /// the refresh token that was answered last
    let refresh: String

    enum CodingKeys: String, CodingKey {
        case refresh = "refresh"
    }
}

// MARK: Refresh convenience initializers and mutators

extension Refresh {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Refresh.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        refresh: String? = nil
    ) -> Refresh {
        return Refresh(
            refresh: refresh ?? self.refresh
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Addressee
struct Addressee: Codable {
    let email: String

    enum CodingKeys: String, CodingKey {
        case email = "email"
    }
}

// MARK: Addressee convenience initializers and mutators

extension Addressee {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Addressee.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        email: String? = nil
    ) -> Addressee {
        return Addressee(
            email: email ?? self.email
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - PasswordReset
struct PasswordReset: Codable {
    /// none of the commonest, nor your own name or email
    let newPassword: String
    /// what follows the # in the link of the mail
    let token: String

    enum CodingKeys: String, CodingKey {
        case newPassword = "new_password"
        case token = "token"
    }
}

// MARK: PasswordReset convenience initializers and mutators

extension PasswordReset {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(PasswordReset.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        newPassword: String? = nil,
        token: String? = nil
    ) -> PasswordReset {
        return PasswordReset(
            newPassword: newPassword ?? self.newPassword,
            token: token ?? self.token
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Link
struct Link: Codable {
    /// what follows the # in the link of the mail
    let token: String

    enum CodingKeys: String, CodingKey {
        case token = "token"
    }
}

// MARK: Link convenience initializers and mutators

extension Link {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Link.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        token: String? = nil
    ) -> Link {
        return Link(
            token: token ?? self.token
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - InvitedRegistration
struct InvitedRegistration: Codable {
    /// without one it is that of the invitation, or of the record
    let name: String?
    /// none of the commonest, nor your own name or email
    let password: String
    /// what follows the # in the link of the mail
    let token: String
    /// without one it is made from the email
    let username: String?

    enum CodingKeys: String, CodingKey {
        case name = "name"
        case password = "password"
        case token = "token"
        case username = "username"
    }
}

// MARK: InvitedRegistration convenience initializers and mutators

extension InvitedRegistration {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(InvitedRegistration.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        name: String?? = nil,
        password: String? = nil,
        token: String? = nil,
        username: String?? = nil
    ) -> InvitedRegistration {
        return InvitedRegistration(
            name: name ?? self.name,
            password: password ?? self.password,
            token: token ?? self.token,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - OpenInvitation
struct OpenInvitation: Codable {
    /// whom it was sent to
    let email: String
    /// from when its link no longer works
    let expiresAt: Date
    let invitedBy: InvitedBy?
    /// who is meant, as whoever invites has written it, without what could be called or opened
    let name: String?
    /// the role that the account gets
    let role: Role

    enum CodingKeys: String, CodingKey {
        case email = "email"
        case expiresAt = "expires_at"
        case invitedBy = "invited_by"
        case name = "name"
        case role = "role"
    }
}

// MARK: OpenInvitation convenience initializers and mutators

extension OpenInvitation {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(OpenInvitation.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        email: String? = nil,
        expiresAt: Date? = nil,
        invitedBy: InvitedBy?? = nil,
        name: String?? = nil,
        role: Role? = nil
    ) -> OpenInvitation {
        return OpenInvitation(
            email: email ?? self.email,
            expiresAt: expiresAt ?? self.expiresAt,
            invitedBy: invitedBy ?? self.invitedBy,
            name: name ?? self.name,
            role: role ?? self.role
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// null where whoever runs this invites
// MARK: - InvitedBy
struct InvitedBy: Codable {
    /// whether it is an administrator; anybody else may be a stranger
    let administrator: Bool
    /// its address, which was confirmed
    let email: String?
    /// what the account calls itself, without what could be called or opened
    let name: String?

    enum CodingKeys: String, CodingKey {
        case administrator = "administrator"
        case email = "email"
        case name = "name"
    }
}

// MARK: InvitedBy convenience initializers and mutators

extension InvitedBy {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(InvitedBy.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        administrator: Bool? = nil,
        email: String?? = nil,
        name: String?? = nil
    ) -> InvitedBy {
        return InvitedBy(
            administrator: administrator ?? self.administrator,
            email: email ?? self.email,
            name: name ?? self.name
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - TokenPair
struct TokenPair: Codable {
    /// the access token: send it as `Authorization: Bearer <access>`
    let access: String
    /// the refresh token, which is exchanged for a new access token
    let refresh: String

    enum CodingKeys: String, CodingKey {
        case access = "access"
        case refresh = "refresh"
    }
}

// MARK: TokenPair convenience initializers and mutators

extension TokenPair {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(TokenPair.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        access: String? = nil,
        refresh: String? = nil
    ) -> TokenPair {
        return TokenPair(
            access: access ?? self.access,
            refresh: refresh ?? self.refresh
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - AccessToken
struct AccessToken: Codable {
    /// the access token: send it as `Authorization: Bearer <access>`
    let access: String

    enum CodingKeys: String, CodingKey {
        case access = "access"
    }
}

// MARK: AccessToken convenience initializers and mutators

extension AccessToken {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(AccessToken.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        access: String? = nil
    ) -> AccessToken {
        return AccessToken(
            access: access ?? self.access
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Done
struct Done: Codable {
}

// MARK: Done convenience initializers and mutators

extension Done {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Done.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
    ) -> Done {
        return Done(
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - TokenToVerify
struct TokenToVerify: Codable {
    /// an access or a refresh token
    let token: String

    enum CodingKeys: String, CodingKey {
        case token = "token"
    }
}

// MARK: TokenToVerify convenience initializers and mutators

extension TokenToVerify {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(TokenToVerify.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        token: String? = nil
    ) -> TokenToVerify {
        return TokenToVerify(
            token: token ?? self.token
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - UserPatch
struct UserPatch: Codable {
    let email: String?
    let name: String?
    /// your own, which a new email or username needs
    let password: String?
    let username: String?

    enum CodingKeys: String, CodingKey {
        case email = "email"
        case name = "name"
        case password = "password"
        case username = "username"
    }
}

// MARK: UserPatch convenience initializers and mutators

extension UserPatch {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(UserPatch.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        email: String?? = nil,
        name: String?? = nil,
        password: String?? = nil,
        username: String?? = nil
    ) -> UserPatch {
        return UserPatch(
            email: email ?? self.email,
            name: name ?? self.name,
            password: password ?? self.password,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Acceptance
struct Acceptance: Codable {
    /// leave the record that the account has, for the one of the invitation
    let leave: Bool?
    /// what follows the # in the link of the mail
    let token: String

    enum CodingKeys: String, CodingKey {
        case leave = "leave"
        case token = "token"
    }
}

// MARK: Acceptance convenience initializers and mutators

extension Acceptance {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Acceptance.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        leave: Bool?? = nil,
        token: String? = nil
    ) -> Acceptance {
        return Acceptance(
            leave: leave ?? self.leave,
            token: token ?? self.token
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - OwnPassword
struct OwnPassword: Codable {
    /// your own, once more
    let password: String

    enum CodingKeys: String, CodingKey {
        case password = "password"
    }
}

// MARK: OwnPassword convenience initializers and mutators

extension OwnPassword {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(OwnPassword.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        password: String? = nil
    ) -> OwnPassword {
        return OwnPassword(
            password: password ?? self.password
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - PasswordChange
struct PasswordChange: Codable {
    let currentPassword: String
    /// none of the commonest, nor your own name or email
    let newPassword: String

    enum CodingKeys: String, CodingKey {
        case currentPassword = "current_password"
        case newPassword = "new_password"
    }
}

// MARK: PasswordChange convenience initializers and mutators

extension PasswordChange {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(PasswordChange.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        currentPassword: String? = nil,
        newPassword: String? = nil
    ) -> PasswordChange {
        return PasswordChange(
            currentPassword: currentPassword ?? self.currentPassword,
            newPassword: newPassword ?? self.newPassword
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Session
struct Session: Codable {
    /// when somebody signed in
    let createdAt: Date
    /// whether it is the one that asks
    let current: Bool
    /// what the app or browser calls itself
    let device: String?
    let id: Int
    /// when its tokens were last replaced
    let lastUsedAt: Date

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case current = "current"
        case device = "device"
        case id = "id"
        case lastUsedAt = "last_used_at"
    }
}

// MARK: Session convenience initializers and mutators

extension Session {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Session.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        createdAt: Date? = nil,
        current: Bool? = nil,
        device: String?? = nil,
        id: Int? = nil,
        lastUsedAt: Date? = nil
    ) -> Session {
        return Session(
            createdAt: createdAt ?? self.createdAt,
            current: current ?? self.current,
            device: device ?? self.device,
            id: id ?? self.id,
            lastUsedAt: lastUsedAt ?? self.lastUsedAt
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Patient
struct Patient: Codable {
    let address: String?
    /// in years; derived from `date_of_birth` where that is known
    let age: Int?
    let createdAt: Date
    /// the account that made the record, and owns it; null where the patient registered
    let createdBy: Int?
    let dateOfBirth: String?
    let email: String?
    let gender: Gender?
    let id: Int
    let medicalHistory: String?
    let name: String
    let phone: String?
    let updatedAt: Date
    /// the account of the patient, if there is one
    let userID: Int?

    enum CodingKeys: String, CodingKey {
        case address = "address"
        case age = "age"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case dateOfBirth = "date_of_birth"
        case email = "email"
        case gender = "gender"
        case id = "id"
        case medicalHistory = "medical_history"
        case name = "name"
        case phone = "phone"
        case updatedAt = "updated_at"
        case userID = "user_id"
    }
}

// MARK: Patient convenience initializers and mutators

extension Patient {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Patient.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        address: String?? = nil,
        age: Int?? = nil,
        createdAt: Date? = nil,
        createdBy: Int?? = nil,
        dateOfBirth: String?? = nil,
        email: String?? = nil,
        gender: Gender?? = nil,
        id: Int? = nil,
        medicalHistory: String?? = nil,
        name: String? = nil,
        phone: String?? = nil,
        updatedAt: Date? = nil,
        userID: Int?? = nil
    ) -> Patient {
        return Patient(
            address: address ?? self.address,
            age: age ?? self.age,
            createdAt: createdAt ?? self.createdAt,
            createdBy: createdBy ?? self.createdBy,
            dateOfBirth: dateOfBirth ?? self.dateOfBirth,
            email: email ?? self.email,
            gender: gender ?? self.gender,
            id: id ?? self.id,
            medicalHistory: medicalHistory ?? self.medicalHistory,
            name: name ?? self.name,
            phone: phone ?? self.phone,
            updatedAt: updatedAt ?? self.updatedAt,
            userID: userID ?? self.userID
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - PatientBatch
struct PatientBatch: Codable {
    let patients: [NewPatient]

    enum CodingKeys: String, CodingKey {
        case patients = "patients"
    }
}

// MARK: PatientBatch convenience initializers and mutators

extension PatientBatch {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(PatientBatch.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        patients: [NewPatient]? = nil
    ) -> PatientBatch {
        return PatientBatch(
            patients: patients ?? self.patients
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - NewPatient
struct NewPatient: Codable {
    let address: String?
    /// in years; ignored where `date_of_birth` is sent as well
    let age: Int?
    let dateOfBirth: String?
    let email: String?
    let gender: Gender?
    let medicalHistory: String?
    let name: String
    let phone: String?

    enum CodingKeys: String, CodingKey {
        case address = "address"
        case age = "age"
        case dateOfBirth = "date_of_birth"
        case email = "email"
        case gender = "gender"
        case medicalHistory = "medical_history"
        case name = "name"
        case phone = "phone"
    }
}

// MARK: NewPatient convenience initializers and mutators

extension NewPatient {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(NewPatient.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        address: String?? = nil,
        age: Int?? = nil,
        dateOfBirth: String?? = nil,
        email: String?? = nil,
        gender: Gender?? = nil,
        medicalHistory: String?? = nil,
        name: String? = nil,
        phone: String?? = nil
    ) -> NewPatient {
        return NewPatient(
            address: address ?? self.address,
            age: age ?? self.age,
            dateOfBirth: dateOfBirth ?? self.dateOfBirth,
            email: email ?? self.email,
            gender: gender ?? self.gender,
            medicalHistory: medicalHistory ?? self.medicalHistory,
            name: name ?? self.name,
            phone: phone ?? self.phone
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - RegisteredPatient
struct RegisteredPatient: Codable {
    let address: String?
    /// in years; derived from `date_of_birth` where that is known
    let age: Int?
    let createdAt: Date
    /// the account that made the record, and owns it; null where the patient registered
    let createdBy: Int?
    let dateOfBirth: String?
    let email: String?
    let gender: Gender?
    let id: Int
    let medicalHistory: String?
    let name: String
    let phone: String?
    let registeredBy: RegisteredBy?
    let updatedAt: Date
    /// the account of the patient, if there is one
    let userID: Int?

    enum CodingKeys: String, CodingKey {
        case address = "address"
        case age = "age"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case dateOfBirth = "date_of_birth"
        case email = "email"
        case gender = "gender"
        case id = "id"
        case medicalHistory = "medical_history"
        case name = "name"
        case phone = "phone"
        case registeredBy = "registered_by"
        case updatedAt = "updated_at"
        case userID = "user_id"
    }
}

// MARK: RegisteredPatient convenience initializers and mutators

extension RegisteredPatient {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(RegisteredPatient.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        address: String?? = nil,
        age: Int?? = nil,
        createdAt: Date? = nil,
        createdBy: Int?? = nil,
        dateOfBirth: String?? = nil,
        email: String?? = nil,
        gender: Gender?? = nil,
        id: Int? = nil,
        medicalHistory: String?? = nil,
        name: String? = nil,
        phone: String?? = nil,
        registeredBy: RegisteredBy?? = nil,
        updatedAt: Date? = nil,
        userID: Int?? = nil
    ) -> RegisteredPatient {
        return RegisteredPatient(
            address: address ?? self.address,
            age: age ?? self.age,
            createdAt: createdAt ?? self.createdAt,
            createdBy: createdBy ?? self.createdBy,
            dateOfBirth: dateOfBirth ?? self.dateOfBirth,
            email: email ?? self.email,
            gender: gender ?? self.gender,
            id: id ?? self.id,
            medicalHistory: medicalHistory ?? self.medicalHistory,
            name: name ?? self.name,
            phone: phone ?? self.phone,
            registeredBy: registeredBy ?? self.registeredBy,
            updatedAt: updatedAt ?? self.updatedAt,
            userID: userID ?? self.userID
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// whoever made the record, by what the account calls itself and what it signs in with; for
/// doctors and the patient only, and null or not there where the patient registered
// MARK: - RegisteredBy
struct RegisteredBy: Codable {
    let id: Int
    let name: String
    let username: String?

    enum CodingKeys: String, CodingKey {
        case id = "id"
        case name = "name"
        case username = "username"
    }
}

// MARK: RegisteredBy convenience initializers and mutators

extension RegisteredBy {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(RegisteredBy.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        id: Int? = nil,
        name: String? = nil,
        username: String?? = nil
    ) -> RegisteredBy {
        return RegisteredBy(
            id: id ?? self.id,
            name: name ?? self.name,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// Only what is to change. `null` clears a field, so leave out what you do not mean to
/// change. A client that sends each unset field as null is refused, because a name cannot be
/// null.
// MARK: - PatientPatch
struct PatientPatch: Codable {
    let address: String?
    /// in years; ignored where `date_of_birth` is sent as well
    let age: Int?
    let dateOfBirth: String?
    let email: String?
    let gender: Gender?
    let medicalHistory: String?
    let name: String?
    let phone: String?

    enum CodingKeys: String, CodingKey {
        case address = "address"
        case age = "age"
        case dateOfBirth = "date_of_birth"
        case email = "email"
        case gender = "gender"
        case medicalHistory = "medical_history"
        case name = "name"
        case phone = "phone"
    }
}

// MARK: PatientPatch convenience initializers and mutators

extension PatientPatch {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(PatientPatch.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        address: String?? = nil,
        age: Int?? = nil,
        dateOfBirth: String?? = nil,
        email: String?? = nil,
        gender: Gender?? = nil,
        medicalHistory: String?? = nil,
        name: String?? = nil,
        phone: String?? = nil
    ) -> PatientPatch {
        return PatientPatch(
            address: address ?? self.address,
            age: age ?? self.age,
            dateOfBirth: dateOfBirth ?? self.dateOfBirth,
            email: email ?? self.email,
            gender: gender ?? self.gender,
            medicalHistory: medicalHistory ?? self.medicalHistory,
            name: name ?? self.name,
            phone: phone ?? self.phone
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Invitation
struct Invitation: Codable {
    let createdAt: Date
    /// the account that invites
    let createdBy: Int?
    /// or of a doctor
    let doctor: Int?
    let email: String
    /// from when its link no longer works
    let expiresAt: Date
    let id: Int
    let name: String?
    /// the id of the record that the account gets, of a patient
    let patient: Int?
    /// the role that the account gets
    let role: Role
    /// what became of it
    let state: InvitationState

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case createdBy = "created_by"
        case doctor = "doctor"
        case email = "email"
        case expiresAt = "expires_at"
        case id = "id"
        case name = "name"
        case patient = "patient"
        case role = "role"
        case state = "state"
    }
}

// MARK: Invitation convenience initializers and mutators

extension Invitation {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Invitation.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        createdAt: Date? = nil,
        createdBy: Int?? = nil,
        doctor: Int?? = nil,
        email: String? = nil,
        expiresAt: Date? = nil,
        id: Int? = nil,
        name: String?? = nil,
        patient: Int?? = nil,
        role: Role? = nil,
        state: InvitationState? = nil
    ) -> Invitation {
        return Invitation(
            createdAt: createdAt ?? self.createdAt,
            createdBy: createdBy ?? self.createdBy,
            doctor: doctor ?? self.doctor,
            email: email ?? self.email,
            expiresAt: expiresAt ?? self.expiresAt,
            id: id ?? self.id,
            name: name ?? self.name,
            patient: patient ?? self.patient,
            role: role ?? self.role,
            state: state ?? self.state
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// what became of it
enum InvitationState: String, Codable {
    case accepted = "accepted"
    case expired = "expired"
    case revoked = "revoked"
    case stateOpen = "open"
}

// MARK: - NewDoctor
struct NewDoctor: Codable {
    /// a phone number, an email, an address: whatever there is
    let contactInfo: String?
    let licenseNumber: String?
    let name: String
    let specialization: String

    enum CodingKeys: String, CodingKey {
        case contactInfo = "contact_info"
        case licenseNumber = "license_number"
        case name = "name"
        case specialization = "specialization"
    }
}

// MARK: NewDoctor convenience initializers and mutators

extension NewDoctor {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(NewDoctor.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        contactInfo: String?? = nil,
        licenseNumber: String?? = nil,
        name: String? = nil,
        specialization: String? = nil
    ) -> NewDoctor {
        return NewDoctor(
            contactInfo: contactInfo ?? self.contactInfo,
            licenseNumber: licenseNumber ?? self.licenseNumber,
            name: name ?? self.name,
            specialization: specialization ?? self.specialization
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// Only what is to change. `null` clears a field, so leave out what you do not mean to
/// change. A client that sends each unset field as null is refused, because a name cannot be
/// null.
// MARK: - DoctorPatch
struct DoctorPatch: Codable {
    /// a phone number, an email, an address: whatever there is
    let contactInfo: String?
    let licenseNumber: String?
    let name: String?
    let specialization: String?

    enum CodingKeys: String, CodingKey {
        case contactInfo = "contact_info"
        case licenseNumber = "license_number"
        case name = "name"
        case specialization = "specialization"
    }
}

// MARK: DoctorPatch convenience initializers and mutators

extension DoctorPatch {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(DoctorPatch.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        contactInfo: String?? = nil,
        licenseNumber: String?? = nil,
        name: String?? = nil,
        specialization: String?? = nil
    ) -> DoctorPatch {
        return DoctorPatch(
            contactInfo: contactInfo ?? self.contactInfo,
            licenseNumber: licenseNumber ?? self.licenseNumber,
            name: name ?? self.name,
            specialization: specialization ?? self.specialization
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// Who is to treat whom. `patient_id` and `doctor_id` are accepted for the same.
// MARK: - Assignment
struct Assignment: Codable {
    /// the id of the doctor
    let doctor: Int
    /// the id of the patient
    let patient: Int

    enum CodingKeys: String, CodingKey {
        case doctor = "doctor"
        case patient = "patient"
    }
}

// MARK: Assignment convenience initializers and mutators

extension Assignment {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Assignment.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        doctor: Int? = nil,
        patient: Int? = nil
    ) -> Assignment {
        return Assignment(
            doctor: doctor ?? self.doctor,
            patient: patient ?? self.patient
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - AssignedDoctor
struct AssignedDoctor: Codable {
    let createdAt: Date
    /// the id of the doctor
    let doctor: Int
    /// the record of the doctor
    let doctorDetail: Doctor
    let id: Int
    /// the id of the patient
    let patient: Int

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case doctor = "doctor"
        case doctorDetail = "doctor_detail"
        case id = "id"
        case patient = "patient"
    }
}

// MARK: AssignedDoctor convenience initializers and mutators

extension AssignedDoctor {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(AssignedDoctor.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        createdAt: Date? = nil,
        doctor: Int? = nil,
        doctorDetail: Doctor? = nil,
        id: Int? = nil,
        patient: Int? = nil
    ) -> AssignedDoctor {
        return AssignedDoctor(
            createdAt: createdAt ?? self.createdAt,
            doctor: doctor ?? self.doctor,
            doctorDetail: doctorDetail ?? self.doctorDetail,
            id: id ?? self.id,
            patient: patient ?? self.patient
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// the record of the doctor
// MARK: - Doctor
struct Doctor: Codable {
    /// whether the doctor may see patients; null for a doctor without an account
    let approved: Bool?
    /// a phone number, an email, an address: whatever there is
    let contactInfo: String?
    let createdAt: Date
    /// the account that made the record, and owns it; null where the doctor registered
    let createdBy: Int?
    let id: Int
    /// null but for the doctor, its creator and administrators
    let licenseNumber: String?
    let name: String
    let specialization: String
    let updatedAt: Date
    /// the account of the doctor, if there is one
    let userID: Int?

    enum CodingKeys: String, CodingKey {
        case approved = "approved"
        case contactInfo = "contact_info"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case id = "id"
        case licenseNumber = "license_number"
        case name = "name"
        case specialization = "specialization"
        case updatedAt = "updated_at"
        case userID = "user_id"
    }
}

// MARK: Doctor convenience initializers and mutators

extension Doctor {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Doctor.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        approved: Bool?? = nil,
        contactInfo: String?? = nil,
        createdAt: Date? = nil,
        createdBy: Int?? = nil,
        id: Int? = nil,
        licenseNumber: String?? = nil,
        name: String? = nil,
        specialization: String? = nil,
        updatedAt: Date? = nil,
        userID: Int?? = nil
    ) -> Doctor {
        return Doctor(
            approved: approved ?? self.approved,
            contactInfo: contactInfo ?? self.contactInfo,
            createdAt: createdAt ?? self.createdAt,
            createdBy: createdBy ?? self.createdBy,
            id: id ?? self.id,
            licenseNumber: licenseNumber ?? self.licenseNumber,
            name: name ?? self.name,
            specialization: specialization ?? self.specialization,
            updatedAt: updatedAt ?? self.updatedAt,
            userID: userID ?? self.userID
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Sync
struct Sync: Codable {
    /// what to send the next time
    let cursor: String
    /// the same of doctors
    let doctors: [SyncedDoctor]
    /// the same of who treats whom
    let mappings: [Mapping]
    /// whether there is more, so that one asks again at once
    let more: Bool
    /// those that were made or changed, or came into sight
    let patients: [SyncedPatient]
    let removed: Removed

    enum CodingKeys: String, CodingKey {
        case cursor = "cursor"
        case doctors = "doctors"
        case mappings = "mappings"
        case more = "more"
        case patients = "patients"
        case removed = "removed"
    }
}

// MARK: Sync convenience initializers and mutators

extension Sync {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Sync.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        cursor: String? = nil,
        doctors: [SyncedDoctor]? = nil,
        mappings: [Mapping]? = nil,
        more: Bool? = nil,
        patients: [SyncedPatient]? = nil,
        removed: Removed? = nil
    ) -> Sync {
        return Sync(
            cursor: cursor ?? self.cursor,
            doctors: doctors ?? self.doctors,
            mappings: mappings ?? self.mappings,
            more: more ?? self.more,
            patients: patients ?? self.patients,
            removed: removed ?? self.removed
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - SyncedDoctor
struct SyncedDoctor: Codable {
    /// whether the doctor may see patients; null for a doctor without an account
    let approved: Bool?
    /// a phone number, an email, an address: whatever there is
    let contactInfo: String?
    let createdAt: Date
    /// the account that made the record, and owns it; null where the doctor registered
    let createdBy: Int?
    let id: Int
    /// null but for the doctor, its creator and administrators
    let licenseNumber: String?
    let name: String
    let specialization: String
    let updatedAt: Date
    /// the account of the doctor, if there is one
    let userID: Int?
    /// counts the changes of the record; `If-Match: "3"` changes version 3 and no other
    let version: Int

    enum CodingKeys: String, CodingKey {
        case approved = "approved"
        case contactInfo = "contact_info"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case id = "id"
        case licenseNumber = "license_number"
        case name = "name"
        case specialization = "specialization"
        case updatedAt = "updated_at"
        case userID = "user_id"
        case version = "version"
    }
}

// MARK: SyncedDoctor convenience initializers and mutators

extension SyncedDoctor {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(SyncedDoctor.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        approved: Bool?? = nil,
        contactInfo: String?? = nil,
        createdAt: Date? = nil,
        createdBy: Int?? = nil,
        id: Int? = nil,
        licenseNumber: String?? = nil,
        name: String? = nil,
        specialization: String? = nil,
        updatedAt: Date? = nil,
        userID: Int?? = nil,
        version: Int? = nil
    ) -> SyncedDoctor {
        return SyncedDoctor(
            approved: approved ?? self.approved,
            contactInfo: contactInfo ?? self.contactInfo,
            createdAt: createdAt ?? self.createdAt,
            createdBy: createdBy ?? self.createdBy,
            id: id ?? self.id,
            licenseNumber: licenseNumber ?? self.licenseNumber,
            name: name ?? self.name,
            specialization: specialization ?? self.specialization,
            updatedAt: updatedAt ?? self.updatedAt,
            userID: userID ?? self.userID,
            version: version ?? self.version
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Mapping
struct Mapping: Codable {
    let createdAt: Date
    /// the id of the doctor
    let doctor: Int
    let id: Int
    /// the id of the patient
    let patient: Int

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case doctor = "doctor"
        case id = "id"
        case patient = "patient"
    }
}

// MARK: Mapping convenience initializers and mutators

extension Mapping {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Mapping.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        createdAt: Date? = nil,
        doctor: Int? = nil,
        id: Int? = nil,
        patient: Int? = nil
    ) -> Mapping {
        return Mapping(
            createdAt: createdAt ?? self.createdAt,
            doctor: doctor ?? self.doctor,
            id: id ?? self.id,
            patient: patient ?? self.patient
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - SyncedPatient
struct SyncedPatient: Codable {
    let address: String?
    /// in years; derived from `date_of_birth` where that is known
    let age: Int?
    let createdAt: Date
    /// the account that made the record, and owns it; null where the patient registered
    let createdBy: Int?
    let dateOfBirth: String?
    let email: String?
    let gender: Gender?
    let id: Int
    let medicalHistory: String?
    let name: String
    let phone: String?
    let updatedAt: Date
    /// the account of the patient, if there is one
    let userID: Int?
    /// counts the changes of the record; `If-Match: "3"` changes version 3 and no other
    let version: Int

    enum CodingKeys: String, CodingKey {
        case address = "address"
        case age = "age"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case dateOfBirth = "date_of_birth"
        case email = "email"
        case gender = "gender"
        case id = "id"
        case medicalHistory = "medical_history"
        case name = "name"
        case phone = "phone"
        case updatedAt = "updated_at"
        case userID = "user_id"
        case version = "version"
    }
}

// MARK: SyncedPatient convenience initializers and mutators

extension SyncedPatient {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(SyncedPatient.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        address: String?? = nil,
        age: Int?? = nil,
        createdAt: Date? = nil,
        createdBy: Int?? = nil,
        dateOfBirth: String?? = nil,
        email: String?? = nil,
        gender: Gender?? = nil,
        id: Int? = nil,
        medicalHistory: String?? = nil,
        name: String? = nil,
        phone: String?? = nil,
        updatedAt: Date? = nil,
        userID: Int?? = nil,
        version: Int? = nil
    ) -> SyncedPatient {
        return SyncedPatient(
            address: address ?? self.address,
            age: age ?? self.age,
            createdAt: createdAt ?? self.createdAt,
            createdBy: createdBy ?? self.createdBy,
            dateOfBirth: dateOfBirth ?? self.dateOfBirth,
            email: email ?? self.email,
            gender: gender ?? self.gender,
            id: id ?? self.id,
            medicalHistory: medicalHistory ?? self.medicalHistory,
            name: name ?? self.name,
            phone: phone ?? self.phone,
            updatedAt: updatedAt ?? self.updatedAt,
            userID: userID ?? self.userID,
            version: version ?? self.version
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// Deleted, or no longer visible to the caller.
// MARK: - Removed
struct Removed: Codable {
    /// ids of doctors
    let doctors: [Int]
    /// ids of mappings
    let mappings: [Int]
    /// ids of patients
    let patients: [Int]

    enum CodingKeys: String, CodingKey {
        case doctors = "doctors"
        case mappings = "mappings"
        case patients = "patients"
    }
}

// MARK: Removed convenience initializers and mutators

extension Removed {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Removed.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        doctors: [Int]? = nil,
        mappings: [Int]? = nil,
        patients: [Int]? = nil
    ) -> Removed {
        return Removed(
            doctors: doctors ?? self.doctors,
            mappings: mappings ?? self.mappings,
            patients: patients ?? self.patients
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - AccessEntry
struct AccessEntry: Codable {
    /// what was done: `create`, `read`, `update`, `delete`, `login`, `refused` and so on
    let action: String
    /// the account that did it; null for nobody who was signed in
    let actorID: Int?
    /// what it was called then
    let actorName: String?
    /// the role that it had then
    let actorRole: String?
    /// when it was done
    let at: Date
    let id: Int
    /// to what: `patient`, `doctor`, `mapping`, `user`, `session` and so on
    let resource: String

    enum CodingKeys: String, CodingKey {
        case action = "action"
        case actorID = "actor_id"
        case actorName = "actor_name"
        case actorRole = "actor_role"
        case at = "at"
        case id = "id"
        case resource = "resource"
    }
}

// MARK: AccessEntry convenience initializers and mutators

extension AccessEntry {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(AccessEntry.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        action: String? = nil,
        actorID: Int?? = nil,
        actorName: String?? = nil,
        actorRole: String?? = nil,
        at: Date? = nil,
        id: Int? = nil,
        resource: String? = nil
    ) -> AccessEntry {
        return AccessEntry(
            action: action ?? self.action,
            actorID: actorID ?? self.actorID,
            actorName: actorName ?? self.actorName,
            actorRole: actorRole ?? self.actorRole,
            at: at ?? self.at,
            id: id ?? self.id,
            resource: resource ?? self.resource
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Account
struct Account: Codable {
    let createdAt: Date
    /// whether the account may not sign in
    let disabled: Bool
    /// null only for an account that came from elsewhere without one
    let email: String?
    /// whether a link was used that was sent to this email
    let emailVerified: Bool
    let id: Int
    let name: String
    /// the email from when its link is used on
    let pendingEmail: String?
    let role: Role
    let username: String?

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case disabled = "disabled"
        case email = "email"
        case emailVerified = "email_verified"
        case id = "id"
        case name = "name"
        case pendingEmail = "pending_email"
        case role = "role"
        case username = "username"
    }
}

// MARK: Account convenience initializers and mutators

extension Account {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Account.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        createdAt: Date? = nil,
        disabled: Bool? = nil,
        email: String?? = nil,
        emailVerified: Bool? = nil,
        id: Int? = nil,
        name: String? = nil,
        pendingEmail: String?? = nil,
        role: Role? = nil,
        username: String?? = nil
    ) -> Account {
        return Account(
            createdAt: createdAt ?? self.createdAt,
            disabled: disabled ?? self.disabled,
            email: email ?? self.email,
            emailVerified: emailVerified ?? self.emailVerified,
            id: id ?? self.id,
            name: name ?? self.name,
            pendingEmail: pendingEmail ?? self.pendingEmail,
            role: role ?? self.role,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - AccountPatch
struct AccountPatch: Codable {
    /// whether the account may not sign in
    let disabled: Bool?
    let email: String?
    let name: String?
    let role: Role?
    let username: String?

    enum CodingKeys: String, CodingKey {
        case disabled = "disabled"
        case email = "email"
        case name = "name"
        case role = "role"
        case username = "username"
    }
}

// MARK: AccountPatch convenience initializers and mutators

extension AccountPatch {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(AccountPatch.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        disabled: Bool?? = nil,
        email: String?? = nil,
        name: String?? = nil,
        role: Role?? = nil,
        username: String?? = nil
    ) -> AccountPatch {
        return AccountPatch(
            disabled: disabled ?? self.disabled,
            email: email ?? self.email,
            name: name ?? self.name,
            role: role ?? self.role,
            username: username ?? self.username
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Waiting
struct Waiting: Codable {
    /// those that wait after wrong passwords
    let accounts: [BlockedAccount]
    /// those who await approval, the longest first
    let doctors: [Doctor]
    /// those that were tried and not sent, the oldest first
    let mails: [Mail]
    /// how many there are of each, where not all are here
    let totals: WaitingTotals

    enum CodingKeys: String, CodingKey {
        case accounts = "accounts"
        case doctors = "doctors"
        case mails = "mails"
        case totals = "totals"
    }
}

// MARK: Waiting convenience initializers and mutators

extension Waiting {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Waiting.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        accounts: [BlockedAccount]? = nil,
        doctors: [Doctor]? = nil,
        mails: [Mail]? = nil,
        totals: WaitingTotals? = nil
    ) -> Waiting {
        return Waiting(
            accounts: accounts ?? self.accounts,
            doctors: doctors ?? self.doctors,
            mails: mails ?? self.mails,
            totals: totals ?? self.totals
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - BlockedAccount
struct BlockedAccount: Codable {
    let email: String?
    let id: Int
    let name: String
    let username: String?
    /// when the next password may be tried
    let waitsUntil: Date

    enum CodingKeys: String, CodingKey {
        case email = "email"
        case id = "id"
        case name = "name"
        case username = "username"
        case waitsUntil = "waits_until"
    }
}

// MARK: BlockedAccount convenience initializers and mutators

extension BlockedAccount {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(BlockedAccount.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        email: String?? = nil,
        id: Int? = nil,
        name: String? = nil,
        username: String?? = nil,
        waitsUntil: Date? = nil
    ) -> BlockedAccount {
        return BlockedAccount(
            email: email ?? self.email,
            id: id ?? self.id,
            name: name ?? self.name,
            username: username ?? self.username,
            waitsUntil: waitsUntil ?? self.waitsUntil
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Mail
struct Mail: Codable {
    /// when somebody or something called for it
    let askedAt: Date
    /// how often it was tried
    let attempts: Int
    /// why it was not tried: too many went to this `address`, or from this `deployment`, within
    /// a day
    let held: Held?
    let id: Int
    /// what it is for
    let purpose: Purpose
    /// the address that it goes to
    let recipient: String
    /// `failed` once it was tried for a day
    let state: MailState
    /// the account that it is for
    let userID: Int?

    enum CodingKeys: String, CodingKey {
        case askedAt = "asked_at"
        case attempts = "attempts"
        case held = "held"
        case id = "id"
        case purpose = "purpose"
        case recipient = "recipient"
        case state = "state"
        case userID = "user_id"
    }
}

// MARK: Mail convenience initializers and mutators

extension Mail {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Mail.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        askedAt: Date? = nil,
        attempts: Int? = nil,
        held: Held?? = nil,
        id: Int? = nil,
        purpose: Purpose? = nil,
        recipient: String? = nil,
        state: MailState? = nil,
        userID: Int?? = nil
    ) -> Mail {
        return Mail(
            askedAt: askedAt ?? self.askedAt,
            attempts: attempts ?? self.attempts,
            held: held ?? self.held,
            id: id ?? self.id,
            purpose: purpose ?? self.purpose,
            recipient: recipient ?? self.recipient,
            state: state ?? self.state,
            userID: userID ?? self.userID
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum Held: String, Codable {
    case address = "address"
    case deployment = "deployment"
}

/// what it is for
enum Purpose: String, Codable {
    case change = "change"
    case emailTaken = "email_taken"
    case invitation = "invitation"
    case newAdmin = "new_admin"
    case newDevice = "new_device"
    case passwordChanged = "password_changed"
    case profileChanged = "profile_changed"
    case reset = "reset"
    case roleChanged = "role_changed"
    case tokenReplayed = "token_replayed"
    case undo = "undo"
    case verify = "verify"
}

/// `failed` once it was tried for a day
enum MailState: String, Codable {
    case failed = "failed"
    case waiting = "waiting"
}

/// how many there are of each, where not all are here
// MARK: - WaitingTotals
struct WaitingTotals: Codable {
    let accounts: Int
    let doctors: Int
    let mails: Int

    enum CodingKeys: String, CodingKey {
        case accounts = "accounts"
        case doctors = "doctors"
        case mails = "mails"
    }
}

// MARK: WaitingTotals convenience initializers and mutators

extension WaitingTotals {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(WaitingTotals.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        accounts: Int? = nil,
        doctors: Int? = nil,
        mails: Int? = nil
    ) -> WaitingTotals {
        return WaitingTotals(
            accounts: accounts ?? self.accounts,
            doctors: doctors ?? self.doctors,
            mails: mails ?? self.mails
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - Settings
struct Settings: Codable {
    let accessTokenSeconds: Int
    /// the origins of browsers that may ask; `*` is any
    let corsOrigins: [String]
    /// until when the tokens of the Django of before count
    let djangoTokensUntil: String?
    let doctorApproval: DoctorApproval
    /// how mails are sent; null: not at all
    let mail: MailEnum?
    let mailFrom: String?
    /// how many this deployment sends
    let mailsPerDay: Int
    /// whether tokens that JWT_SECRET_PREVIOUS signed still count
    let previousSecret: Bool
    /// where links in mails lead
    let publicURL: String?
    let refreshTokenSeconds: Int
    /// who may register without an invitation
    let registration: [RegistrationElement]
    /// whether an account may use /api/auth only until its email is confirmed
    let requireVerifiedEmail: Bool
    /// how many an account may have at once
    let sessionsPerAccount: Int
    /// whether there are the routes under /api/token
    let simplejwtRoutes: Bool
    /// after which an account goes whose email nobody confirmed; 0: never
    let unconfirmedAccountDays: Int
    let version: String
    /// what should be set, or bound, and is not
    let warnings: [SettingsWarning]

    enum CodingKeys: String, CodingKey {
        case accessTokenSeconds = "access_token_seconds"
        case corsOrigins = "cors_origins"
        case djangoTokensUntil = "django_tokens_until"
        case doctorApproval = "doctor_approval"
        case mail = "mail"
        case mailFrom = "mail_from"
        case mailsPerDay = "mails_per_day"
        case previousSecret = "previous_secret"
        case publicURL = "public_url"
        case refreshTokenSeconds = "refresh_token_seconds"
        case registration = "registration"
        case requireVerifiedEmail = "require_verified_email"
        case sessionsPerAccount = "sessions_per_account"
        case simplejwtRoutes = "simplejwt_routes"
        case unconfirmedAccountDays = "unconfirmed_account_days"
        case version = "version"
        case warnings = "warnings"
    }
}

// MARK: Settings convenience initializers and mutators

extension Settings {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Settings.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        accessTokenSeconds: Int? = nil,
        corsOrigins: [String]? = nil,
        djangoTokensUntil: String?? = nil,
        doctorApproval: DoctorApproval? = nil,
        mail: MailEnum?? = nil,
        mailFrom: String?? = nil,
        mailsPerDay: Int? = nil,
        previousSecret: Bool? = nil,
        publicURL: String?? = nil,
        refreshTokenSeconds: Int? = nil,
        registration: [RegistrationElement]? = nil,
        requireVerifiedEmail: Bool? = nil,
        sessionsPerAccount: Int? = nil,
        simplejwtRoutes: Bool? = nil,
        unconfirmedAccountDays: Int? = nil,
        version: String? = nil,
        warnings: [SettingsWarning]? = nil
    ) -> Settings {
        return Settings(
            accessTokenSeconds: accessTokenSeconds ?? self.accessTokenSeconds,
            corsOrigins: corsOrigins ?? self.corsOrigins,
            djangoTokensUntil: djangoTokensUntil ?? self.djangoTokensUntil,
            doctorApproval: doctorApproval ?? self.doctorApproval,
            mail: mail ?? self.mail,
            mailFrom: mailFrom ?? self.mailFrom,
            mailsPerDay: mailsPerDay ?? self.mailsPerDay,
            previousSecret: previousSecret ?? self.previousSecret,
            publicURL: publicURL ?? self.publicURL,
            refreshTokenSeconds: refreshTokenSeconds ?? self.refreshTokenSeconds,
            registration: registration ?? self.registration,
            requireVerifiedEmail: requireVerifiedEmail ?? self.requireVerifiedEmail,
            sessionsPerAccount: sessionsPerAccount ?? self.sessionsPerAccount,
            simplejwtRoutes: simplejwtRoutes ?? self.simplejwtRoutes,
            unconfirmedAccountDays: unconfirmedAccountDays ?? self.unconfirmedAccountDays,
            version: version ?? self.version,
            warnings: warnings ?? self.warnings
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum DoctorApproval: String, Codable {
    case automatic = "automatic"
    case manual = "manual"
}

enum MailEnum: String, Codable {
    case api = "api"
    case binding = "binding"
}

// MARK: - SettingsWarning
struct SettingsWarning: Codable {
    let code: CodeElement
    let detail: String

    enum CodingKeys: String, CodingKey {
        case code = "code"
        case detail = "detail"
    }
}

// MARK: SettingsWarning convenience initializers and mutators

extension SettingsWarning {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(SettingsWarning.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        code: CodeElement? = nil,
        detail: String? = nil
    ) -> SettingsWarning {
        return SettingsWarning(
            code: code ?? self.code,
            detail: detail ?? self.detail
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

// MARK: - NewInvitation
struct NewInvitation: Codable {
    /// the id of the record of the doctor who is invited: for the role doctor, and for no other
    let doctor: Int?
    let email: String
    let name: String?
    /// the role that the account gets
    let role: RoleEnum

    enum CodingKeys: String, CodingKey {
        case doctor = "doctor"
        case email = "email"
        case name = "name"
        case role = "role"
    }
}

// MARK: NewInvitation convenience initializers and mutators

extension NewInvitation {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(NewInvitation.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        doctor: Int?? = nil,
        email: String? = nil,
        name: String?? = nil,
        role: RoleEnum? = nil
    ) -> NewInvitation {
        return NewInvitation(
            doctor: doctor ?? self.doctor,
            email: email ?? self.email,
            name: name ?? self.name,
            role: role ?? self.role
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// the role that the account gets
enum RoleEnum: String, Codable {
    case admin = "admin"
    case doctor = "doctor"
    case user = "user"
}

// MARK: - AuditEntry
struct AuditEntry: Codable {
    /// what was done: `create`, `read`, `update`, `delete`, `login`, `refused` and so on
    let action: String
    /// the account that did it; null for nobody who was signed in
    let actorID: Int?
    /// what it was called then
    let actorName: String?
    /// the role that it had then
    let actorRole: String?
    /// from where
    let address: String?
    /// when it was done
    let at: Date
    /// of a change the fields that it replaced, as they were; of a deletion the whole record
    let before: [String: Before]?
    let id: Int
    /// the patients whose data it is about
    let patientIDS: [Int]
    /// the request that did it
    let requestID: String?
    /// to what: `patient`, `doctor`, `mapping`, `user`, `session` and so on
    let resource: String
    /// the `id` of what it was done to, where that is one record
    let resourceID: Int?

    enum CodingKeys: String, CodingKey {
        case action = "action"
        case actorID = "actor_id"
        case actorName = "actor_name"
        case actorRole = "actor_role"
        case address = "address"
        case at = "at"
        case before = "before"
        case id = "id"
        case patientIDS = "patient_ids"
        case requestID = "request_id"
        case resource = "resource"
        case resourceID = "resource_id"
    }
}

// MARK: AuditEntry convenience initializers and mutators

extension AuditEntry {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(AuditEntry.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        action: String? = nil,
        actorID: Int?? = nil,
        actorName: String?? = nil,
        actorRole: String?? = nil,
        address: String?? = nil,
        at: Date? = nil,
        before: [String: Before]?? = nil,
        id: Int? = nil,
        patientIDS: [Int]? = nil,
        requestID: String?? = nil,
        resource: String? = nil,
        resourceID: Int?? = nil
    ) -> AuditEntry {
        return AuditEntry(
            action: action ?? self.action,
            actorID: actorID ?? self.actorID,
            actorName: actorName ?? self.actorName,
            actorRole: actorRole ?? self.actorRole,
            address: address ?? self.address,
            at: at ?? self.at,
            before: before ?? self.before,
            id: id ?? self.id,
            patientIDS: patientIDS ?? self.patientIDS,
            requestID: requestID ?? self.requestID,
            resource: resource ?? self.resource,
            resourceID: resourceID ?? self.resourceID
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

enum Before: Codable {
    case bool(Bool)
    case double(Double)
    case string(String)
    case null

    init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let x = try? container.decode(Bool.self) {
            self = .bool(x)
            return
        }
        if let x = try? container.decode(Double.self) {
            self = .double(x)
            return
        }
        if let x = try? container.decode(String.self) {
            self = .string(x)
            return
        }
        if container.decodeNil() {
            self = .null
            return
        }
        throw DecodingError.typeMismatch(Before.self, DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "Wrong type for Before"))
    }

    func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .bool(let x):
            try container.encode(x)
        case .double(let x):
            try container.encode(x)
        case .string(let x):
            try container.encode(x)
        case .null:
            try container.encodeNil()
        }
    }
}

// MARK: - Restored
struct Restored: Codable {
    let id: Int
    /// those that came back with it
    let mappings: [Int]
    /// what came back
    let resource: Resource

    enum CodingKeys: String, CodingKey {
        case id = "id"
        case mappings = "mappings"
        case resource = "resource"
    }
}

// MARK: Restored convenience initializers and mutators

extension Restored {
    init(data: Data) throws {
        self = try newJSONDecoder().decode(Restored.self, from: data)
    }

    init(_ json: String, using encoding: String.Encoding = .utf8) throws {
        guard let data = json.data(using: encoding) else {
            throw NSError(domain: "JSONDecoding", code: 0, userInfo: nil)
        }
        try self.init(data: data)
    }

    init(fromURL url: URL) throws {
        try self.init(data: try Data(contentsOf: url))
    }

    func with(
        id: Int? = nil,
        mappings: [Int]? = nil,
        resource: Resource? = nil
    ) -> Restored {
        return Restored(
            id: id ?? self.id,
            mappings: mappings ?? self.mappings,
            resource: resource ?? self.resource
        )
    }

    func jsonData() throws -> Data {
        return try newJSONEncoder().encode(self)
    }

    func jsonString(encoding: String.Encoding = .utf8) throws -> String? {
        return String(data: try self.jsonData(), encoding: encoding)
    }
}

/// what came back
enum Resource: String, Codable {
    case doctor = "doctor"
    case patient = "patient"
}

typealias ID = Int

// MARK: - Helper functions for creating encoders and decoders

func newJSONDecoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    if #available(iOS 10.0, OSX 10.12, tvOS 10.0, watchOS 3.0, *) {
        decoder.dateDecodingStrategy = .iso8601
    }
    return decoder
}

func newJSONEncoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    if #available(iOS 10.0, OSX 10.12, tvOS 10.0, watchOS 3.0, *) {
        encoder.dateEncodingStrategy = .iso8601
    }
    return encoder
}
