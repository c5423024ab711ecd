// A client of either backend: sends named requests, one after the other, and keeps each answer, so that what Django and
// Wardbook answer to the same steps can be compared.
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Answer {
  status: number;
  body: Json;
  /** What a client reads out of an answer to go on with: 0 and '' where it is not there. */
  id: number;
  access: string;
  refresh: string;
}
export interface Recorded extends Answer {
  step: string;
  path: string;
}
interface More {
  /** Who asks. */
  token?: string;
  /** A text is sent as it is. */
  body?: Json;
}
/** The name of the step, then what is sent: 'GET /api/patients/'. */
export type Ask = (step: string, request: string, more?: More) => Promise<Answer>;

/** What there was on one side. */
export interface Recording {
  started: number;
  answers: Recorded[];
}

/** Does the steps against one base URL. */
export async function record(url: string, steps: (ask: Ask) => Promise<void>): Promise<Recording> {
  const recording: Recording = { started: Date.now(), answers: [] };
  await steps(async (step, request, { token, body } = {}) => {
    if (recording.answers.some((earlier) => earlier.step === step)) throw new Error(`two steps are called "${step}"`);
    const [method, path = ''] = request.split(' ');
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = { status: response.status, ...read(await response.text()) };
    recording.answers.push({ step, path, ...answer });
    return answer;
  });
  return recording;
}

/** The body, or null where it is not JSON: Django answers to a wrong URL with a page. */
function read(text: string): Omit<Answer, 'status'> {
  const body = parse(text);
  const fields = isObject(body) ? body : {};
  return {
    body,
    id: Number(fields.id ?? 0),
    access: String(fields.access ?? ''),
    refresh: String(fields.refresh ?? ''),
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
