// Which places there are for Django's fields, by what a model becomes here, and under which names they are known there.

export const kinds = ['users', 'roles', 'patients', 'doctors', 'mappings', 'outstanding', 'blacklisted'] as const;
export type Kind = (typeof kinds)[number];

/** What a kind is called on a screen. */
export const kindNames: Record<Kind | 'drop', string> = {
  users: 'accounts',
  roles: 'roles of accounts',
  patients: 'patients',
  doctors: 'doctors',
  mappings: 'who treats whom',
  outstanding: 'refresh tokens that count',
  blacklisted: 'refresh tokens that were logged out',
  drop: 'dropped',
};

type Place = {
  /** The first that a model has is taken; all of them, where several may be joined. */
  names: string[];
  joined?: boolean;
  /** Without it nothing can be made of the row. */
  required?: boolean;
};

const nameParts = ['first_name', 'middle_name', 'last_name'];
const histories = ['medical_history', 'history', 'medical_conditions', 'conditions', 'medical_notes', 'notes'];
const created = ['created_at', 'created', 'date_created', 'created_on', 'registered_at', 'date_added'];
const updated = ['updated_at', 'updated', 'modified_at', 'modified', 'last_updated', 'updated_on', 'date_updated'];
const creators = ['created_by', 'owner', 'added_by', 'creator', 'author', 'registered_by', 'created_by_user'];
const owners = ['user', 'account', 'user_account'];

export const places: Record<Kind, Record<string, Place>> = {
  users: {
    username: { names: ['username', 'user_name'] },
    email: { names: ['email', 'email_address'] },
    name: { names: ['name', 'full_name', 'fullname', ...nameParts], joined: true },
    password: { names: ['password'], required: true },
    active: { names: ['is_active'] },
    superuser: { names: ['is_superuser'] },
    staff: { names: ['is_staff'] },
    role: { names: ['role', 'user_type', 'account_type', 'type'] },
    is_doctor: { names: ['is_doctor'] },
    is_patient: { names: ['is_patient'] },
    last_login: { names: ['last_login'] },
    created_at: { names: ['date_joined', ...created] },
    updated_at: { names: updated },
  },
  roles: {
    user: { names: owners, required: true },
    role: { names: ['role', 'user_type', 'account_type', 'type'] },
    is_doctor: { names: ['is_doctor'] },
    is_patient: { names: ['is_patient'] },
  },
  patients: {
    user: { names: owners },
    created_by: { names: creators },
    name: { names: ['name', 'full_name', 'fullname', 'patient_name', ...nameParts], joined: true },
    age: { names: ['age'] },
    date_of_birth: { names: ['date_of_birth', 'dob', 'birth_date', 'birthdate', 'birthday'] },
    gender: { names: ['gender', 'sex'] },
    phone: {
      names: [
        'phone',
        'phone_number',
        'phone_no',
        'contact',
        'contact_number',
        'contact_no',
        'mobile',
        'mobile_number',
      ],
    },
    email: { names: ['email', 'email_address'] },
    address: { names: ['address', 'home_address'] },
    medical_history: { names: histories },
    created_at: { names: created },
    updated_at: { names: updated },
    doctors: { names: ['doctor', 'doctors', 'assigned_doctor', 'assigned_doctors', 'primary_doctor'] },
  },
  doctors: {
    user: { names: owners },
    created_by: { names: creators },
    name: { names: ['name', 'full_name', 'fullname', 'doctor_name', ...nameParts], joined: true },
    specialization: { names: ['specialization', 'specialisation', 'specialty', 'speciality', 'department'] },
    contact_info: {
      names: ['contact_info', 'contact', 'contact_number', 'phone', 'phone_number', 'phone_no', 'mobile', 'email'],
      joined: true,
    },
    license_number: {
      names: ['license_number', 'licence_number', 'license_no', 'license', 'medical_license', 'registration_number'],
    },
    approved: { names: ['approved', 'is_approved', 'verified', 'is_verified'] },
    created_at: { names: created },
    updated_at: { names: updated },
    patients: { names: ['patients', 'assigned_patients'] },
  },
  mappings: {
    patient: { names: ['patient', 'patient_profile'] },
    doctor: { names: ['doctor', 'doctor_profile', 'assigned_doctor'] },
    // the same where the model refers to accounts
    patient_user: { names: ['patient_user'] },
    doctor_user: { names: ['doctor_user'] },
    created_by: { names: ['assigned_by', ...creators] },
    created_at: { names: ['assigned_at', 'assigned_on', 'assigned_date', 'date_assigned', ...created] },
  },
  outstanding: {
    user: { names: ['user'], required: true },
    jti: { names: ['jti'], required: true },
    expires_at: { names: ['expires_at'], required: true },
  },
  blacklisted: { token: { names: ['token'], required: true } },
};

/** What has no place and loses nothing by it, with the reason that is printed. */
export const needless: Partial<Record<Kind, Record<string, string>>> = {
  mappings: { updated_at: 'an assignment never changes', modified_at: 'an assignment never changes' },
  outstanding: { token: 'a secret; its jti is enough', created_at: 'its expiry is enough' },
  blacklisted: { blacklisted_at: 'that it is out is enough' },
};

/** What Django keeps for itself. */
export const bookkeeping = new Set([
  'contenttypes.contenttype',
  'sessions.session',
  'sites.site',
  'auth.permission',
  'auth.group',
  'admin.logentry',
  'migrations.migration',
]);

export const tokenModels: Record<string, Kind> = {
  'token_blacklist.outstandingtoken': 'outstanding',
  'token_blacklist.blacklistedtoken': 'blacklisted',
};
