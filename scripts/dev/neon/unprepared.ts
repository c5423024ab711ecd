// Runs the statements of a request as Neon's proxy does: each parsed anew, and one exchange after the other. Slower than
// what development and tests use, and so for the bench, which wants to know by how much.
import { type DatabaseError, serialize } from 'pg-protocol';
import { fieldsJson, resultJson } from './pipeline.ts';
import { exchange, type Message, noop, type Session, type Statement } from './session.ts';

/** Two exchanges for each statement, and with `begin` one before and one after them. */
export async function executeUnprepared(
  session: Session,
  statements: Statement[],
  begin?: string,
  exchanged: () => void = noop,
): Promise<string[]> {
  const ask = async (...messages: Buffer[]): Promise<Message[]> => {
    const heard: Message[] = [];
    exchanged();
    await exchange(session, Buffer.concat(messages), (message) => heard.push(message));
    const error = heard.find((message): message is DatabaseError & { name: 'error' } => message.name === 'error');
    if (error) throw error;
    return heard;
  };
  const run = async ({ query, params }: Statement): Promise<string> => {
    const described = await ask(
      serialize.parse({ text: query, types: [] }),
      serialize.describe({ type: 'S' }),
      serialize.sync(),
    );
    const columns = described.find((message) => message.name === 'rowDescription');
    const answered = await ask(serialize.bind({ values: params }), serialize.execute(), serialize.sync());
    const rows = answered.flatMap((message) => (message.name === 'dataRow' ? [message.fields] : []));
    const done = answered.find((message) => message.name === 'commandComplete');
    return resultJson(done?.text ?? '', columns ? fieldsJson(columns.fields) : '[]', rows);
  };
  try {
    if (begin) await ask(serialize.query(begin));
    const results: string[] = [];
    for (const statement of statements) results.push(await run(statement));
    if (begin) await ask(serialize.query('commit'));
    return results;
  } catch (error) {
    if (!session.broken) await ask(serialize.query('rollback'));
    throw error;
  }
}
