// Which column of a spreadsheet is which field of a patient: by its name, in English or German, unless a person says.

/** Fields that a column can be. `family` and `given` are joined to the name; of the others several become one text. */
export const fields = [
  'name',
  'given',
  'family',
  'date_of_birth',
  'age',
  'gender',
  'phone',
  'email',
  'address',
  'medical_history',
] as const;
export type Field = (typeof fields)[number];
/** Left out on purpose. */
export const notImported = 'leave out';
/** What a column becomes; null where nobody has said yet. */
export type ColumnTarget = Field | typeof notImported | null;

const names: Record<Field, string> = {
  name: 'name full_name fullname patient patient_name vollstandiger_name',
  given: 'first_name firstname given given_name forename middle_name vorname',
  family: 'last_name lastname surname family family_name nachname familienname',
  date_of_birth: 'date_of_birth dob birth_date birthdate birthday born geburtsdatum geboren geburtstag',
  age: 'age alter',
  gender: 'gender sex geschlecht',
  phone:
    'phone phone_number phone_no telephone tel mobile mobile_number cell contact_number telefon telefonnummer handy mobil',
  email: 'email e_mail email_address mail e_mail_adresse',
  address:
    'address home_address street address_line_1 address_line_2 city town zip zip_code postal_code postcode state county country ' +
    'adresse anschrift strasse hausnummer plz ort stadt postleitzahl land',
  medical_history:
    'medical_history history medical_conditions conditions medical_notes notes diagnosis diagnoses allergies medication ' +
    'anamnese vorgeschichte diagnose diagnosen notizen bemerkung bemerkungen allergien medikamente',
};
const knownNames = new Map(fields.flatMap((field) => names[field].split(' ').map((name) => [name, field] as const)));

/** A column's name as it is compared: "E-Mail " is e_mail, "Straße" is strasse. */
const normalize = (name: string) =>
  name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');

/** Only one column can be each of these. */
const single: Field[] = ['name', 'date_of_birth', 'age', 'gender', 'email'];

/** What each column seems to be. Of two that would be one field, the second has no place. */
export const guessColumns = (header: string[]): ColumnTarget[] => {
  const taken = new Set<Field>();
  return header.map((name) => {
    const field = knownNames.get(normalize(name)) ?? null;
    if (field === null || (taken.has(field) && single.includes(field))) return null;
    taken.add(field);
    return field;
  });
};

/** Why these places cannot be: for whoever chose them. */
export const columnErrors = (places: ColumnTarget[]): string | undefined => {
  const twice = single.find((field) => places.filter((place) => place === field).length > 1);
  if (twice) return `Two columns are "${twice}". Choose one of them, and leave the other one out.`;
  if (!places.some((place) => place === 'name' || place === 'family' || place === 'given')) {
    return 'No column is the name of the patient. Choose the one that is.';
  }
  return undefined;
};
