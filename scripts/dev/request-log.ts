// The Worker's log as a person reads it: a line a request, with what matters first.
import { dim, green, red } from '../support/terminal.ts';

interface Line {
  request_id?: string;
  method: string;
  route: string;
  status: number;
  ms: number;
  code?: string;
  trace?: object;
}

const isRequest = (said: Partial<Line> | null): said is Line => Boolean(said?.request_id && said.route);

/** For a terminal; what is no line of a request stays as it is. */
export function forPeople(line: string): string {
  let said: Partial<Line> | null;
  try {
    said = JSON.parse(line);
  } catch {
    return line;
  }
  if (!isRequest(said)) return line;
  const { method, route, status, ms, code, trace, request_id } = said;
  const colour = status >= 500 ? red : status >= 400 ? (text: string) => text : green;
  const more = [code, trace && JSON.stringify(trace), status >= 500 && request_id].filter(Boolean).join('  ');
  return `  ${colour(String(status))}  ${method.padEnd(6)} ${route}  ${dim(`${ms} ms`)}${more && `  ${more}`}`;
}
