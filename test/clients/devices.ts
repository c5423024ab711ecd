// Devices with the typed client on them, and what becomes of their requests on the way.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { answer, type Options, Refused, type Tokens, wardbook } from '../../clients/typescript/index.ts';
import { configOf } from '../../src/config.ts';
import { signAccessToken } from '../../src/http/tokens.ts';
import { app } from '../../src/index.ts';
import { type App, password } from '../support/app.ts';

export const base = 'http://wardbook.test';
interface Sent {
  method: string;
  path: string;
  key: string | null;
  token: string | null;
  at: number;
}
export const paths = (sent: Sent[], path: string) => sent.filter((one) => one.path === path);

/** What becomes of a request on its way: `before` may keep it from the app, `after` its answer from the client. */
interface Weather {
  before?: (request: Request) => Response | undefined;
  after?: (request: Request, response: Response) => Response | undefined | Promise<Response | undefined>;
}

/** A request to the app, and its answer, once nothing of it goes on. */
export const served = async (server: App, request: Request): Promise<Response> => {
  const context = createExecutionContext();
  const response = await app.fetch(request, server.env, context);
  await waitOnExecutionContext(context);
  return response;
};

export const devices = (server: () => App) => {
  const device = (options: Partial<Options> & Weather = {}) => {
    const { before, after, ...rest } = options;
    const sent: Sent[] = [];
    let held: Tokens | null = null;
    const store = {
      load: async () => held,
      save: async (tokens: Tokens) => {
        held = tokens;
      },
      clear: () => {
        held = null;
      },
    };
    const client = wardbook(base, {
      store,
      fetch: async (url, init) => {
        const request = new Request(url, init);
        const { pathname: path } = new URL(url);
        const [key, token] = [request.headers.get('Idempotency-Key'), request.headers.get('Authorization')];
        sent.push({ method: request.method, path, key, token, at: Date.now() });
        const kept = before?.(request);
        if (kept) return kept;
        const response = await served(server(), request);
        const arrived = after ? await after(request, response) : response;
        if (!arrived) throw new TypeError('Network request failed');
        return arrived;
      },
      ...rest,
    });
    const register = (name: string) =>
      answer(client.api.auth.register.$post({ json: { username: name, email: `${name}@example.com`, password } }));
    return { ...client, sent, store, register, tokens: () => held, set: (tokens: Tokens) => store.save(tokens) };
  };

  /** The same tokens an hour later, which the client does not know: its clock was wrong, or it slept. */
  const expired = async (tokens: Tokens | null): Promise<Tokens> => {
    if (!tokens) throw new Error('nobody is signed in');
    const actor = { id: tokens.user.id, session: Number.parseInt(tokens.refresh, 10), rotation: 1 };
    return { ...tokens, access: await signAccessToken({ ...configOf(server().env), ACCESS_TOKEN_TTL: -3000 }, actor) };
  };
  return { device, expired };
};

export const problemOf = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refused)) throw error ?? new Error('was not refused');
  return error.problem;
};
