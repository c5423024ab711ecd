// Random histories, made up by fast-check, against the small model of who may see and do what: each step's answer is what
// the model says, and after it everyone sees exactly what the model says. A failure prints its history and the seed.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type App, boot, caller, password } from '../support/app.ts';
import { openMailbox } from '../support/mailbox.ts';
import { accountSteps } from './account-steps.ts';
import { invitationSteps } from './invitation-steps.ts';
import { linkSteps } from './link-steps.ts';
import { expectLinks, expectMails } from './mail.ts';
import { ask, enrol, inHaste, readLog, seed, sequences } from './people.ts';
import { recordSteps } from './record-steps.ts';
import type { Actor, Step } from './step.ts';
import {
  type Account,
  byId,
  clinical,
  type DoctorAccess,
  emptyWorld,
  everyRole,
  lists,
  type Role,
  refused,
  seesPatient,
  shownAccount,
  type World,
} from './world.ts';

inHaste();
const app = await boot();
// what needs the password once more, test/accounts/step-up.test.ts has
await app.rows(`alter table sessions alter stepped_up_at set default 'infinity'`);
/** The app's log about what is its own fault. */
const faults: string[] = [];
readLog((line) => /"status":5/.test(line) && faults.push(line));

const cast: { name: string; role: Role; approved?: boolean; verified?: boolean }[] = [
  { name: 'ann', role: 'user', verified: true },
  { name: 'bob', role: 'user' },
  { name: 'pia', role: 'patient', verified: true },
  { name: 'pat', role: 'patient' },
  { name: 'doc', role: 'doctor', approved: true, verified: true },
  { name: 'new', role: 'doctor', approved: false },
  { name: 'ada', role: 'admin', verified: true },
  { name: 'eve', role: 'admin' },
];

const beginning = async (app: App, doctorAccess: DoctorAccess): Promise<World> => {
  await app.asOwner('truncate users, audit, guesses, app.erased_names restart identity cascade');
  const w = emptyWorld(doctorAccess);
  for (const [index, { id, name, token, refresh, record }] of (await enrol(app, cast)).entries()) {
    const { role = 'user', approved = false, verified = false } = cast[index] ?? {};
    w.accounts.push({
      ...{ id, name, username: name, email: `${name}@example.com`, verified, pending: null, role },
      ...{ disabled: false, erased: false, password, token, refresh, signedIn: true },
    });
    const own = { id: record ?? 0, name, created_by: null, user_id: id };
    if (role === 'patient') w.patients.set(own.id, own);
    if (role === 'doctor') w.doctors.set(own.id, { ...own, approved });
  }
  // of the second administrator the first was told
  await app.rows('delete from mails');
  return w;
};

/** The answer to a GET, with no more of each row than the model knows of it. */
const seen = async (w: World, me: Account, path: string, like: object[] | object | undefined) => {
  const env = { ...app.env, DOCTOR_ACCESS: w.doctorAccess };
  const { status, text } = await ask({ ...app, env }, path, { headers: { Authorization: `Bearer ${me.token}` } });
  const body = JSON.parse(text);
  const names = Object.keys((Array.isArray(like) ? like[0] : like) ?? { id: 0 });
  const known = (row: object) => Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
  return { status, rows: status > 299 ? undefined : Array.isArray(body) ? body.map(known) : known(body) };
};

const expectSeen = async (w: World, me: Account, path: string, status: number, rows: object[] | object | undefined) =>
  expect(await seen(w, me, path, rows), `GET ${path} by ${me.name}`).toEqual({
    status,
    rows: status > 299 ? undefined : rows,
  });

/** Waits for all, also when one fails: what is still under way would meet the next history's beginning. */
const together = async (all: unknown[]) => {
  for (const one of await Promise.allSettled(all)) if (one.status === 'rejected') throw one.reason;
};

/** Every list that is for me; and now and then one that is not, and a record of each kind. */
const look = async (w: World, me: Account, moment: number) => {
  const sampled = <Row>(rows: Iterable<Row>) => [...rows].at((moment + me.id) % ([...rows].length || 1));
  const turn = (moment + me.id) % 4;
  const patient = turn % 2 ? sampled(w.patients.values()) : undefined;
  const doctor = turn === 0 ? sampled(w.doctors.values()) : undefined;
  const other = turn === 2 ? sampled(lists.filter(({ roles }) => refused(w, me, roles))) : undefined;
  const ofPatient = refused(w, me, clinical) ?? (patient && seesPatient(w, me, patient) ? 200 : 404);
  const assigned = byId(w.mappings.values()).filter((one) => one.patient === patient?.id);
  await together([
    ...lists
      .filter(({ roles }) => !refused(w, me, roles))
      .map(({ path, rows }) => expectSeen(w, me, path, 200, rows(w, me))),
    other && expectSeen(w, me, other.path, refused(w, me, other.roles) ?? 200, undefined),
    patient && turn === 1 && expectSeen(w, me, `/api/patients/${patient.id}/`, ofPatient, patient),
    patient && turn === 3 && expectSeen(w, me, `/api/mappings/${patient.id}/`, ofPatient, assigned),
    turn === 2 && expectSeen(w, me, '/api/auth/me/', refused(w, me, everyRole) ?? 200, shownAccount(me)),
    doctor && expectSeen(w, me, `/api/doctors/${doctor.id}/`, refused(w, me, everyRole) ?? 200, doctor),
  ]);
};

const steps: Record<string, Step> = { ...accountSteps, ...linkSteps, ...invitationSteps, ...recordSteps };
const kinds = Object.entries(steps).flatMap(([name, { often = 1 }]) => Array<string>(often).fill(name));
const step = fc.record({
  what: fc.constantFrom(...kinds),
  /** Somebody who can do it, or anybody. */
  able: fc.integer({ min: 0, max: 3 }).map((roll) => roll > 0),
  who: fc.nat({ max: 999 }),
  which: fc.nat({ max: 999 }),
  other: fc.nat({ max: 999 }),
});
type Planned = typeof step extends fc.Arbitrary<infer One> ? One : never;
/** A record: mostly one that something can be done with, else any, and once in a while one that does not exist. */
const pick: Actor['pick'] = (rows, which, isApt = () => true) => {
  const all = [...rows];
  const apt = which % 4 ? all.filter(isApt) : [];
  const candidates = apt.length > 0 ? apt : all;
  return which % 13 ? candidates[which % candidates.length] : undefined;
};
// of a fixed length, and shrunk by leaving steps out
const history = fc.array(fc.option(step, { nil: undefined, freq: 100 }), { minLength: 30, maxLength: 30 });

/** How long a failing history is made shorter. */
const shrinkingMs = 120_000;

const live = async (doctorAccess: DoctorAccess, planned: (Planned | undefined)[]) => {
  const w = await beginning(app, doctorAccess);
  const inbox = openMailbox();
  const send = caller({ ...app.env, ...inbox.settings, DOCTOR_ACCESS: doctorAccess });
  const story: string[] = [];
  const call: App['call'] = async (method, path, sent) => {
    const by = w.accounts.find(({ token }) => token === sent?.token)?.name;
    const answer = await send(method, path, sent);
    story.push(`${by}: ${method} ${path} ${JSON.stringify(sent?.body) ?? ''} ${answer.status}`);
    return answer;
  };
  try {
    const perform = async (one: Planned, what: string) => {
      const { by, suits = () => true, needs, act } = steps[what] as Step;
      if (one.able && needs && !needs.isThere(w)) await perform(one, needs.first);
      const able = w.accounts.filter((me) => !refused(w, me, by));
      const apt = able.filter((me) => suits(w, me));
      const candidates = [apt, able].find((some) => one.able && some.length > 0) ?? w.accounts;
      const me = candidates[one.who % candidates.length] as Account;
      // how many mails an account or an address may get in a day is not what this is about
      await app.asOwner(`update mails set asked_at = asked_at - interval '1 day'`);
      await app.asOwner('delete from app.sent_mails');
      const known = w.mails.length;
      await act({ app: { ...app, call }, w, me, pick, which: one.which, other: one.other });
      await expectMails(w, inbox, known);
      await expectLinks(w, app);
    };
    for (const [moment, one] of planned.entries()) {
      if (!one) continue;
      await perform(one, one.what);
      await together(w.accounts.map((account) => look(w, account, moment)));
    }
  } catch (error) {
    const told = [...story, ...faults.splice(0), error instanceof Error ? error.message : error];
    throw new Error(told.join('\n'), { cause: error });
  }
};

test(`${sequences} histories of 30 steps, seed ${seed}`, async () => {
  let failedAt = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(fc.constantFrom('all', 'assigned'), history, async (doctorAccess, planned) => {
    if (Date.now() > failedAt + shrinkingMs) return;
    await live(doctorAccess, planned).catch((error) => {
      failedAt = Math.min(failedAt, Date.now());
      throw error;
    });
  });
  await fc.assert(property, { numRuns: sequences, seed });
});
