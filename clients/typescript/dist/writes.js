// Written by `npm run client`; change what is in clients/typescript/ instead.
// What was written offline, and how it is sent: the oldest first, each once, and no change over one that nobody has seen.
import { answer } from './answers.js';

import { Refused } from './errors.js';

/** What was written offline: plain JSON, to be kept with the copy. `newKey()` makes its key. */

/**
 * What became of it: the record as it is now, nothing where it was removed, or why it was refused; and the record as others
 * made it, where that is the reason.
 */

/**
 * What still waits after one of these was sent: for `sent`, which keeps it. A later change of the same record is of the
 * version that this one made, also after the app was closed in between.
 */
export const remaining = (writes, sent, { record }) =>
  writes
    .filter(({ key }) => key !== sent.key)
    .map((write) =>
      'change' in sent && 'change' in write && placeOf(write) === placeOf(sent)
        ? ofVersion(write, versionIn(record))
        : write,
    );

const placeOf = ({ change, id }) => `${change}/${id}`;
const versionIn = (record) => (record && 'version' in record ? record.version : 0);
/** Never an older one: the phone may have seen a newer one before it wrote this. */
const ofVersion = (write, version) =>
  'change' in write && write.if_match !== undefined && write.if_match < version
    ? { ...write, if_match: version }
    : write;

/** By copy and record, the version that the last change of it was answered: the app may not have kept it. */
const answered = new WeakMap();

export const sendWrites = async ({ api, user }, copy, options) => {
  const versions = answered.get(copy) ?? new Map();
  answered.set(copy, versions);
  for (const tried = new Set(); ; ) {
    const writes = (await copy.load(user))?.writes ?? [];
    const write = writes.find(({ key }) => !tried.has(key));
    if (!write) return;
    if (!copy.sent) throw new Error('A copy with writes needs sent(), or they would be sent each time');
    tried.add(write.key);
    if ('change' in write) {
      const outcome = await sendChange(api, copy, ofVersion(write, versions.get(placeOf(write)) ?? 0), options);
      if (outcome.record) versions.set(placeOf(write), versionIn(outcome.record));
      await copy.sent(write, outcome);
    } else await copy.sent(write, await outcomeOf(sendWrite(api, write, options), write));
  }
};

const sendChange = async (api, copy, write, options) => {
  for (let change = write; ; ) {
    const outcome = await outcomeOf(patch(api, change, options), change);
    if (outcome.problem?.code !== 'stale_version' || change.if_match === undefined) return outcome;
    const { record: theirs, problem } = await outcomeOf(current(api, change, options), change);
    if (!theirs || !('version' in theirs)) return { problem: problem ?? outcome.problem };
    // by an earlier try, whose answer got lost
    if (isIn(change.json, theirs)) return { record: theirs };
    const instead = await copy.conflict?.(change, theirs);
    if (instead === null) return { record: theirs };
    if (!instead) return { problem: outcome.problem, current: theirs };
    change = { ...change, json: instead, if_match: theirs.version };
  }
};

const isIn = (json, record) => {
  const there = new Map(Object.entries(record));
  return Object.entries(json).every(([name, value]) => value === undefined || there.get(name) === value);
};

const patch = (api, { change, id, json, if_match }, options) => {
  const conditional = if_match === undefined ? options : { ...options, headers: { 'If-Match': `"${if_match}"` } };
  const args = { param: { id }, json };
  return change === 'patients'
    ? versioned(api.patients[':id'].$patch(args, conditional))
    : versioned(api.doctors[':id'].$patch(args, conditional));
};

const current = (api, { change, id }, options) =>
  change === 'patients'
    ? versioned(api.patients[':id'].$get({ param: { id } }, options))
    : versioned(api.doctors[':id'].$get({ param: { id } }, options));

const sendWrite = (api, write, options) => {
  if ('remove' in write) return answer(api[write.remove][':id'].$delete({ param: { id: write.id } }, options));
  const keyed = { ...options, headers: { 'Idempotency-Key': write.key } };
  if (write.create === 'patients') return versioned(api.patients.$post({ json: write.json }, keyed));
  if (write.create === 'doctors') return versioned(api.doctors.$post({ json: write.json }, keyed));
  return answer(api.mappings.$post({ json: write.json }, keyed));
};

/** As a row of sync has it: of one record the version stands in the ETag. */
const versioned = async (asked) => {
  const response = await asked;
  const record = await answer(response);
  const [, version] = /^(?:W\/)?"(\d+)/.exec(response.headers.get('ETag') ?? '') ?? [];
  return { ...record, version: Number(version) };
};

const outcomeOf = async (sent, write) => {
  try {
    const record = await sent;
    return record ? { record } : {};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    // nothing that this write could do about it: it waits for another day
    if (problem.status === 401 || problem.status === 429 || problem.status >= 500) throw error;
    // by an earlier attempt, whose answer got lost, or by somebody else
    if ('remove' in write && problem.status === 404) return {};
    return { problem };
  }
};
