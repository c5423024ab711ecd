// For every route a request that succeeds, for what has to hold for all of them.
import type { Bindings } from '../../src/config.ts';
import type { MakeRequest, Request } from '../routes/route.ts';
import { settingOf, type World } from '../routes/setting.ts';
import { rowOf } from '../routes/table.ts';
import type { Account, Answer, App, caller, Json } from './app.ts';
import { routes } from './routes.ts';

export interface Prepared {
  route: string;
  method: string;
  path: string;
  token: string | undefined;
  who: Account | undefined;
  body: Json;
  /** Who did it according to the trail, where that is neither who asks nor who is answered. */
  actor: Request['actor'];
  headers: Record<string, string>;
  settings?: Partial<Bindings>;
}

/** Makes what each request is about, every time anew. Whatever is written is `text`. */
export const everyRoute = (app: App, w: World, text = 'Text') => {
  const setting = settingOf(app, w, text);
  const prepareRequest = async (route: string, request: MakeRequest): Promise<Prepared> => {
    const [method = '', pattern = ''] = route.split(' ');
    const { who, path = pattern, body, actor, headers = {} } = await request(setting);
    const sent = path.startsWith('/api/') ? `${path}/` : path;
    const { settings } = rowOf(route);
    return { route, method, path: sent, token: who?.token, who, body, actor, headers, ...(settings && { settings }) };
  };
  /** The request of its row, which succeeds. */
  const prepare = (route: string) => prepareRequest(route, rowOf(route).request);
  return { prepare, prepareRequest, prepareAll: () => Promise.all(routes.map(prepare)) };
};

export const send = (
  call: ReturnType<typeof caller>,
  { method, path, token, body, headers, settings }: Prepared,
  more?: Record<string, string>,
): Promise<Answer> => call(method, path, { token, body, headers: { ...headers, ...more }, settings });
