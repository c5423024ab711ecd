// Asks PostgreSQL for the plan of a recorded batch: runs it again with EXPLAIN, as the same account under the same
// policies.
import { Client } from 'pg';
import type { Batch } from './bridge.ts';

export interface Explained {
  /** How the tables were read, the first first. */
  plan: string;
  buffers: number;
  milliseconds: number;
  rows: number;
  /** Tables that were read from end to end, by functions as well. */
  scans: string[];
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Function Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Node[];
}
type Answer = [{ Plan: Node; 'Planning Time': number; 'Execution Time': number }];

/** What a function does is in no plan of its caller. A table of a dozen pages is read at once for good reason. */
const scanned = `select relname from pg_stat_xact_user_tables
  where seq_scan > 0 and pg_relation_size(relid) > 100 * current_setting('block_size')::integer order by 1`;

/** The statements after the first, which says who asks; several times, because the first reads from disk. */
export const explain = async (url: string, [begin, ...statements]: Batch): Promise<Explained> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const runs: Answer[][] = [];
    let scans: string[] = [];
    for (let run = 0; run < 5; run++) {
      await client.query('begin');
      if (begin) await client.query(begin.query, begin.params);
      const answers: Answer[] = [];
      for (const { query, params } of statements) {
        const { rows } = await client.query(`explain (analyze, buffers, format json) ${query}`, params);
        answers.push(rows[0]['QUERY PLAN']);
      }
      scans = (await client.query(scanned)).rows.map(({ relname }) => relname);
      await client.query('rollback');
      runs.push(answers);
    }
    const total = (run: Answer[]) =>
      run.reduce((sum, [{ 'Planning Time': plan, 'Execution Time': time }]) => sum + plan + time, 0);
    const last = runs.at(-1) ?? [];
    const nodes = last.flatMap(([{ Plan }]) => flat(Plan));
    return {
      plan: [...new Set(nodes.map(described).filter(Boolean))].join(', '),
      buffers: last.reduce((sum, [{ Plan }]) => sum + Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'], 0),
      milliseconds: runs.map(total).sort((a, b) => a - b)[2] ?? Number.NaN,
      rows: Math.max(...last.map(([{ Plan }]) => Plan['Actual Rows'])),
      scans,
    };
  } finally {
    await client.end();
  }
};

const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];

/** PostgreSQL plans both branches of a list, and starts only the one that is the actor's. */
const isRead = (node: Node) => node['Actual Loops'] > 0;

const described = (node: Node): string => {
  if (!isRead(node) || !/Scan/.test(node['Node Type'])) return '';
  const name = node['Index Name'] ?? node['Function Name'] ?? node['Relation Name'];
  // a bitmap is read twice: from the index, then from the table
  return name && node['Node Type'] !== 'Bitmap Heap Scan'
    ? `${node['Node Type'].replace(' Scan', '').toLowerCase()} ${name}`
    : '';
};
