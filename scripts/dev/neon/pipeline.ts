// Runs the statements of a request on one connection, all or nothing, in as few exchanges with PostgreSQL as it takes.
import { type DatabaseError, serialize } from 'pg-protocol';
import {
  databaseError,
  exchange,
  type Field,
  forgetStatement,
  forgetStatements,
  type Message,
  noop,
  type Prepared,
  refusal,
  type Session,
  type Statement,
} from './session.ts';

const maxStatements = 256;
const maxStatementLength = 16_384;
/** Neon's own limit for what a request answers. */
const maxAnswerBytes = 10 * 1024 * 1024;

/**
 * Runs statements in one exchange, after `begin` if it is given, and commits in a second one. Until then, as on Neon, an
 * answer that is too large or a client that went away rolls everything back. All or nothing is kept, and the session is
 * out of any transaction afterwards.
 */
export async function execute(
  session: Session,
  statements: Statement[],
  begin?: string,
  client?: AbortSignal,
): Promise<string[]> {
  const steps = begin ? [{ query: begin, params: [] }, ...statements] : statements;
  let attempt = await pipeline(session, steps);
  if (attempt.stale) {
    // another client changed the schema; nothing was kept, so once more with fresh plans
    await leaveTransaction(session, attempt);
    forgetStatements(session);
    attempt = await pipeline(session, steps);
  }
  const error = attempt.error ?? refuseAnswer(attempt, client);
  if (!begin || error) {
    await leaveTransaction(session, attempt);
  } else {
    const { error: failed, ...committed } = await pipeline(session, [{ query: 'commit', params: [] }]);
    await leaveTransaction(session, committed);
    if (failed) throw failed;
  }
  if (error) {
    throw error;
  }
  return begin ? attempt.results.slice(1) : attempt.results;
}

function refuseAnswer({ results }: Pick<Attempt, 'results'>, client?: AbortSignal): Error | undefined {
  if (client?.aborted) {
    return refusal(500, 'Query cancelled, connection was terminated');
  }
  const bytes = results.reduce((sum, result) => sum + Buffer.byteLength(result), 0);
  return bytes > maxAnswerBytes ? refusal(507, `response is too large (max is ${maxAnswerBytes} bytes)`) : undefined;
}

async function leaveTransaction(session: Session, { status }: Pick<Attempt, 'status'>): Promise<void> {
  if (status !== 'I' && !session.broken) {
    await exchange(session, serialize.query('rollback'), noop);
  }
}

/** `status` is that of the transaction afterwards: I is none. */
type Attempt = { results: string[]; error?: Error; stale: boolean; status: string };

async function pipeline(session: Session, steps: Statement[]): Promise<Attempt> {
  const { bytes, prepared } = write(session, steps);
  const results: string[] = [];
  let rows: (string | null)[][] = [];
  let bound = false;
  let error: DatabaseError | undefined;
  let stale = false;
  let status = 'I';

  const finish = (tag: string) => {
    const { fields, staysLocal } = prepared[results.length] as Prepared;
    results.push(resultJson(tag, fields ?? '[]', rows));
    session.tainted ||=
      !staysLocal || (leavesTraces.test(tag) && !isLocal.test(steps[results.length - 1]?.query ?? ''));
    if (changesSchema.test(tag)) {
      session.catalog.version++;
    }
    rows = [];
    bound = false;
  };

  const hear = (message: Message) => {
    const step = prepared[results.length];
    switch (message.name) {
      case 'dataRow':
        rows.push(message.fields);
        break;
      case 'commandComplete':
        finish(message.text);
        break;
      case 'emptyQuery':
        finish('');
        break;
      case 'bindComplete':
        bound = true;
        break;
      case 'parseComplete':
        if (step) step.parsed = true;
        break;
      case 'rowDescription':
        if (step) step.fields = fieldsJson(message.fields);
        break;
      case 'noData':
        if (step) step.fields = '[]';
        break;
      case 'error':
        error ??= message;
        stale = !bound && isStale(message);
        break;
      case 'copyInResponse':
        session.lose(databaseError('0A000', 'COPY FROM STDIN is not possible over HTTP'));
        break;
    }
  };

  try {
    status = await exchange(session, bytes, hear);
  } catch (lost) {
    // a server that goes away says why before it hangs up
    error ??= lost as DatabaseError;
    stale = false;
  }
  for (const { query } of steps) {
    if (session.statements.get(query)?.parsed === false) {
      session.statements.delete(query);
    }
  }
  for (const text of session.statements.keys()) {
    if (session.statements.size <= maxStatements) break;
    forgetStatement(session, text);
  }
  return { results, stale, status, ...(error && { error }) };
}

/** Parse only what this session has not prepared yet, describe only what it has not described yet. */
function write(session: Session, steps: Statement[]): { bytes: Buffer; prepared: Prepared[] } {
  if (session.seen !== session.catalog.version) {
    forgetStatements(session);
    session.seen = session.catalog.version;
  }
  const messages = session.forgotten.map((name) => serialize.close({ type: 'S', name }));
  session.forgotten = [];
  const prepared = steps.map(({ query, params }) => {
    let statement = session.statements.get(query);
    if (statement) {
      session.statements.delete(query);
    } else {
      const name = query.length > maxStatementLength ? '' : `neon_${session.names++}`;
      statement = { name, parsed: false, staysLocal: settingsStayLocal(query) };
      messages.push(serialize.parse({ name, text: query, types: [] }));
    }
    if (statement.name !== '') {
      // the least recently used comes first
      session.statements.set(query, statement);
    }
    messages.push(serialize.bind({ statement: statement.name, values: params }));
    if (statement.fields === undefined) {
      messages.push(serialize.describe({ type: 'P' }));
    }
    messages.push(serialize.execute());
    return statement;
  });
  messages.push(serialize.sync());
  return { bytes: Buffer.concat(messages), prepared };
}

const changesSchema = /^(CREATE|ALTER|DROP|DO|DISCARD|DEALLOCATE)\b/;
const leavesTraces = /^(SET|RESET|LISTEN|PREPARE|DECLARE|LOAD|DISCARD|DEALLOCATE)$/;
const isLocal = /^\s*set\s+(local|transaction|constraints)\s/i;

function settingsStayLocal(query: string): boolean {
  const all = query.match(/\bset_config\b/gi)?.length ?? 0;
  const local = query.match(/\bset_config\s*\((?:[^()]|\([^()]*\))*,\s*true\s*\)/gi)?.length ?? 0;
  return all === local;
}

function isStale({ code, routine }: DatabaseError): boolean {
  return (code === '0A000' && routine === 'RevalidateCachedQuery') || (code === '26000' && routine !== undefined);
}

export function fieldsJson(fields: Field[]): string {
  return JSON.stringify(
    fields.map(({ name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier }) => ({
      name,
      dataTypeID,
      tableID,
      columnID,
      dataTypeSize,
      dataTypeModifier,
      format: 'text',
    })),
  );
}

/** As Neon splits a command tag: `INSERT 0 5` is INSERT and 5, `CREATE TABLE` is CREATE and no count. */
export function resultJson(tag: string, fields: string, rows: (string | null)[][]): string {
  const [command = '', ...rest] = tag.split(' ');
  const count = rest[command === 'INSERT' ? 1 : 0] ?? '';
  const rowCount = /^\d+$/.test(count) ? count : 'null';
  return `{"rowAsArray":true,"fields":${fields},"rows":${JSON.stringify(rows)},"command":"${command}","rowCount":${rowCount}}`;
}
