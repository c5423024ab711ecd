// Understands a dump by the shape of its models: their fields, what these refer to, and what they are called.

import { bookkeeping, type Kind, needless, places, tokenModels } from './places.ts';
import { drop, type MapFile, type ModelPlan, type Plan } from './plan.ts';
import type { ModelShape, Survey } from './survey.ts';

export function recognise(models: Survey, map: MapFile): Plan {
  const plan: Plan = { login: 'username', models: {}, words: map.words };
  const shapes = [...models.values()];
  const kindsBy = new Map(
    shapes.map((shape) => {
      const corrected = map.models[shape.model]?.becomes;
      return [shape, corrected === undefined ? kindOf(shape, shapes) : corrected];
    }),
  );
  const knowsRoles = [...kindsBy].some(
    ([shape, kind]) => kind === 'roles' || (kind === 'users' && saysRole(shape, 'users')),
  );
  for (const [shape, becomes] of kindsBy) {
    const corrected = map.models[shape.model];
    const model: ModelPlan = { becomes, pk: 'id', fields: {}, defaults: corrected?.defaults ?? {} };
    model.fields = { ...fieldsOf(shape, becomes, knowsRoles), ...corrected?.fields };
    model.pk = corrected?.pk ?? pkOf(shape, model);
    plan.models[shape.model] = model;
  }
  for (const shape of shapes) findReferences(shape, plan, models, map);
  plan.login = map.login ?? loginOf(shapes, plan);
  return plan;
}

const has = (shape: ModelShape, names: string[] = []) => names.some((name) => shape.fields.has(name));
const hasPlace = (shape: ModelShape, kind: Kind, place: string) => has(shape, places[kind][place]?.names);
const saysRole = (shape: ModelShape, kind: 'users' | 'roles') =>
  hasPlace(shape, kind, 'role') || has(shape, ['is_doctor', 'is_patient']);
const lastName = ({ model }: ModelShape) => model.split('.').at(-1) ?? '';
/** A foreign key is a whole number wherever it says something. */
const refers = (shape: ModelShape, names: string[] = []) =>
  names.some((name) => {
    const field = shape.fields.get(name);
    return field && [...field.kinds].every((kind) => kind === 'number') && (field.filled === 0 || field.ids.size() > 0);
  });

function kindOf(shape: ModelShape, shapes: ModelShape[]): Kind | typeof drop | null {
  const name = lastName(shape);
  const { model } = shape;
  if (bookkeeping.has(model)) return drop;
  if (tokenModels[model]) return tokenModels[model];
  const seenByDjango = ['last_login', 'is_active', 'is_superuser'].filter((field) => shape.fields.has(field)).length;
  if (shape.fields.has('password') && seenByDjango > 1 && has(shape, ['username', 'email'])) return 'users';
  if (isMapping(shape)) return 'mappings';
  // a profile may say whose it is by nothing but its id
  const isPerson = (kind: 'patients' | 'doctors') =>
    hasPlace(shape, kind, 'name') || hasPlace(shape, kind, 'user') || /profile/.test(name);
  const treats = refers(shape, places.mappings.patient?.names) && !/^(doctor|patient)(profile)?s?$/.test(name);
  if (!treats && isPerson('doctors') && (hasPlace(shape, 'doctors', 'specialization') || /^doctor/.test(name))) {
    return 'doctors';
  }
  const isClinical = hasPlace(shape, 'patients', 'medical_history') || hasPlace(shape, 'patients', 'date_of_birth');
  const isAged = hasPlace(shape, 'patients', 'age') && hasPlace(shape, 'patients', 'gender');
  if (!treats && isPerson('patients') && (/^patient/.test(name) || isClinical || isAged)) return 'patients';
  const hasUser = refers(shape, places.roles.user?.names) && shapes.length > 1;
  return hasUser && saysRole(shape, 'roles') ? 'roles' : null;
}

/** Refers to a patient and to a doctor, and is called so or says nothing else: an appointment would have a time. */
function isMapping(shape: ModelShape): boolean {
  const { patient, doctor } = places.mappings;
  if (!refers(shape, patient?.names) || !refers(shape, doctor?.names)) return false;
  const known = Object.values(places.mappings).flatMap(({ names }) => names);
  const others = [...shape.fields].filter(
    ([name, { filled }]) => filled > 0 && !known.includes(name) && !needless.mappings?.[name],
  );
  const isCalledSo = /mapping|assign|doctorpatient|patientdoctor|treat/.test(lastName(shape));
  return isCalledSo || (others.length === 0 && !/appointment|visit|prescription/.test(lastName(shape)));
}

function fieldsOf(shape: ModelShape, kind: ModelPlan['becomes'], knowsRoles: boolean): ModelPlan['fields'] {
  const fields: ModelPlan['fields'] = Object.fromEntries([...shape.fields.keys()].map((name) => [name, null]));
  if (kind === null || kind === drop) return fields;
  for (const name of Object.keys(needless[kind] ?? {})) if (name in fields) fields[name] = drop;
  for (const [place, { names, joined }] of Object.entries(places[kind])) {
    const found = names.filter((name) => fields[name] === null);
    // a whole name and its parts would say it twice
    const isWhole = (name: string) => place === 'name' && !/^(first|middle|last)_name$/.test(name);
    const isSaid = (name: string) => (shape.fields.get(name)?.filled ?? 0) > 0;
    const whole = found.find((name) => isWhole(name) && isSaid(name));
    const taken = whole ? [whole] : joined ? found.filter((name) => !isWhole(name) || isSaid(name)) : found.slice(0, 1);
    for (const name of taken) fields[name] = place;
  }
  if (kind === 'patients' || kind === 'doctors') tellOwnerFromCreator(shape, kind, fields, knowsRoles);
  return fields;
}

/**
 * A `user` is either whose record it is or who made it. Nobody has two records of their own; and where accounts are told
 * apart by a role, or the model is a profile, it is theirs.
 */
function tellOwnerFromCreator(
  shape: ModelShape,
  kind: 'patients' | 'doctors',
  fields: ModelPlan['fields'],
  knowsRoles: boolean,
) {
  const [name] = Object.entries(fields).find(([, place]) => place === 'user') ?? [];
  const creator = Object.values(fields).includes('created_by');
  if (!name || creator) return;
  const isProfile = /profile/.test(lastName(shape)) || !hasPlace(shape, kind, 'name') || knowsRoles;
  if (shape.fields.get(name)?.repeats || !isProfile) fields[name] = 'created_by';
}

/** A profile that says nowhere whose it is has its account's id: its one-to-one is its primary key. */
function pkOf(shape: ModelShape, { becomes, fields }: ModelPlan): ModelPlan['pk'] {
  const isLinkable = becomes === 'patients' || becomes === 'doctors' || becomes === 'roles';
  const isSaid = Object.values(fields).some((place) => place === 'user' || place === 'created_by');
  return isLinkable && !isSaid && /profile/.test(lastName(shape)) ? 'id user' : 'id';
}

/** Whether an assignment refers to records or to the accounts of these: by which ids there are. */
function findReferences({ model, fields }: ModelShape, plan: Plan, models: Survey, map: MapFile): void {
  const own = plan.models[model];
  if (own?.becomes !== 'mappings') return;
  for (const [place, kind] of [['patient', 'patients'] as const, ['doctor', 'doctors'] as const]) {
    const name = Object.keys(own.fields).find((field) => own.fields[field] === place);
    if (!name || map.models[model]?.fields?.[name] !== undefined) continue;
    const records = [...models.values()].find((shape) => plan.models[shape.model]?.becomes === kind);
    const link = Object.entries(plan.models[records?.model ?? '']?.fields ?? {}).find(([, where]) => where === 'user');
    const accounts = link && records?.fields.get(link[0])?.ids;
    const ids = fields.get(name)?.ids;
    if (!ids || !records || !accounts || ids.isWithin(records.ids)) continue;
    if (ids.isWithin(accounts)) own.fields[name] = `${place}_user`;
  }
}

function loginOf(shapes: ModelShape[], plan: Plan): Plan['login'] {
  const users = shapes.find(({ model }) => plan.models[model]?.becomes === 'users');
  const fields = plan.models[users?.model ?? '']?.fields ?? {};
  const said = Object.keys(fields).some((name) => fields[name] === 'username' && users?.fields.get(name)?.filled);
  return said ? 'username' : 'email';
}
