// The Worker's log, a line a request: shown for a test that failed. Vitest would send each line to its main process, which keeps it in
// case the test fails, and that costs more than the request.
import { afterEach, beforeEach } from 'vitest';

const lines: string[] = [];
const { info } = console;
console.info = (line: string) => void lines.push(line);

beforeEach(() => {
  lines.length = 0;
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') info(lines.join('\n'));
});
