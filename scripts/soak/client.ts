// A client of the soak: one account that reads and writes, and remembers what it was told and what it could not know.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export type Patient = {
  name: string;
  keyed: boolean;
  /** Unknown until an answer told it. */
  id?: number;
  etag?: string;
  /** What its phone may be: one value, or more after a change whose answer was lost. */
  phones: (string | null)[];
  fate: 'there' | 'unknown' | 'deleted' | 'perhaps deleted';
};
export type Mapping = { patient: number; doctor: number; id: number };

/** What all clients went through. */
export type Report = {
  statuses: Map<number, number>;
  /** Of the answers that were not 503. */
  durations: number[];
  /** Connections that ended without an answer. */
  broken: number;
  retried: number;
  replayed: number;
  violations: string[];
};

type Sent = { body?: object; key?: string; ifMatch?: string };
type Answer = { status: number; body: Record<string, unknown>; headers: Headers };

const pick = <T>(values: T[]): T | undefined => values[Math.floor(Math.random() * values.length)];

export const startClient = (url: string, name: string, token: string, report: Report, until: number) => {
  const patients: Patient[] = [];
  const mappings: Mapping[] = [];
  let doctor = 0;
  let serial = 0;

  /** The answer, or undefined when whether it happened cannot be known: a 503, or none at all. */
  const send = async (method: string, path: string, expected: number[], { body, key, ifMatch }: Sent = {}) => {
    const started = performance.now();
    const headers = new Headers({ authorization: `Bearer ${token}` });
    if (body) headers.set('content-type', 'application/json');
    if (key) headers.set('idempotency-key', key);
    if (ifMatch) headers.set('if-match', ifMatch);
    const signal = AbortSignal.timeout(30_000);
    const init = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(url + path, init).then(read, () => undefined);
    if (!answer) {
      report.broken++;
      await sleep(200);
      return undefined;
    }
    const { status } = answer;
    report.statuses.set(status, (report.statuses.get(status) ?? 0) + 1);
    if (status !== 503) report.durations.push(performance.now() - started);
    if (status === 503 && answer.headers.has('retry-after') && answer.body.code === 'database_unavailable') {
      // sooner than Retry-After says, so that there are more of them
      await sleep(100 + Math.random() * 200);
      return undefined;
    }
    if (!expected.includes(status))
      report.violations.push(`${method} ${path} answered ${status}: ${JSON.stringify(answer.body).slice(0, 300)}`);
    return answer;
  };
  const read = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: isJson ? JSON.parse(text) : { text }, headers: response.headers };
  };

  /** As a phone does it: the same key, again and again, until there is an answer. */
  const sendUntilAnswered = async (path: string, body: object): Promise<Answer> => {
    const key = randomUUID();
    for (;;) {
      const answer = await send('POST', path, [201], { body, key });
      if (answer?.headers.has('idempotency-replayed')) report.replayed++;
      if (answer) return answer;
      report.retried++;
      if (Date.now() > until + 60_000) throw new Error('the database did not come back');
    }
  };

  const settled = () => patients.filter(({ id, fate }) => id !== undefined && fate === 'there');

  const create = async (keyed: boolean) => {
    const patient: Patient = { name: `${name} ${++serial}`, keyed, phones: [null], fate: 'unknown' };
    patients.push(patient);
    const body = { name: patient.name };
    const answer = keyed
      ? await sendUntilAnswered('/api/patients/', body)
      : await send('POST', '/api/patients/', [201], { body });
    if (answer?.status !== 201) return;
    Object.assign(patient, { id: answer.body.id, fate: 'there', etag: answer.headers.get('etag') });
    if (answer.body.name !== patient.name)
      report.violations.push(`${patient.name} was answered with ${answer.body.name}`);
  };

  const update = async () => {
    const patient = pick(settled());
    if (!patient) return;
    const phone = String(++serial);
    const ifMatch = Math.random() < 0.5 ? patient.etag : undefined;
    const answer = await send('PATCH', `/api/patients/${patient.id}/`, [200], {
      body: { phone },
      ...(ifMatch && { ifMatch }),
    });
    patient.phones = answer?.status === 200 ? [phone] : [...patient.phones, phone];
    patient.etag = answer?.headers.get('etag') ?? undefined;
  };

  const remove = async () => {
    const patient = pick(settled());
    if (!patient) return;
    const answer = await send('DELETE', `/api/patients/${patient.id}/`, [204]);
    patient.fate = answer ? 'deleted' : 'perhaps deleted';
  };

  const assign = async () => {
    const patient = pick(settled().filter(({ id }) => !mappings.some((known) => known.patient === id)));
    if (!patient?.id) return;
    const answer = await sendUntilAnswered('/api/mappings/', { patient: patient.id, doctor });
    mappings.push({ patient: patient.id, doctor, id: Number(answer.body.id) });
  };

  const readOne = async () => {
    const patient = pick(patients.filter(({ id }) => id !== undefined));
    if (!patient) return;
    const expected = { there: [200], unknown: [200], deleted: [404], 'perhaps deleted': [200, 404] }[patient.fate];
    const answer = await send('GET', `/api/patients/${patient.id}/`, expected);
    const phone = answer?.body.phone as string | null;
    if (answer?.status === 200 && !patient.phones.includes(phone))
      report.violations.push(`${patient.name} has the phone ${phone}, not one of ${patient.phones}`);
  };

  const readNewest = async () => {
    const answer = await send('GET', '/api/patients/?sort=-id&limit=50', [200]);
    if (answer?.status !== 200) return;
    const ids = (answer.body as unknown as { id: number }[]).map(({ id }) => id);
    const oldest = ids.length < 50 ? 0 : (ids.at(-1) ?? 0);
    for (const { id, name } of settled())
      if (id !== undefined && id >= oldest && !ids.includes(id)) report.violations.push(`${name} is missing in a list`);
  };

  const often: [number, () => Promise<void>][] = [
    [30, readOne],
    [15, readNewest],
    [20, () => create(true)],
    [10, () => create(false)],
    [15, update],
    [4, remove],
    [6, assign],
  ];
  const acts = often.flatMap(([times, act]) => Array<typeof act>(times).fill(act));

  const run = async () => {
    doctor = Number((await sendUntilAnswered('/api/doctors/', { name, specialization: 'Soaking' })).body.id);
    while (Date.now() < until) await pick(acts)?.();
  };
  return { patients, mappings, done: run() };
};

export type SoakClient = ReturnType<typeof startClient>;
