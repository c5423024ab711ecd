// A client of openapi-typescript and openapi-fetch, which registers, signs in, writes and lists at the URL that it is given.
import createClient from 'openapi-fetch';
import type { paths } from '../made/openapi-typescript/index.ts';

const [baseUrl = ''] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });
const password = 'a password for one run';
/** What was answered, or the refusal as a person reads it. */
const answered = <Data>({ data, error }: { data?: Data; error?: { code: string; detail: string } }): Data => {
  if (data === undefined) throw new Error(`${error?.code}: ${error?.detail}`);
  return data;
};

answered(
  await client.POST('/api/auth/register/', { body: { email: 'john@example.com', username: 'john_doe', password } }),
);
const signedIn = answered(await client.POST('/api/auth/login/', { body: { username: 'john_doe', password } }));
client.use({
  onRequest: ({ request }) => request.headers.set('Authorization', `Bearer ${signedIn.access}`),
});

const body = { name: 'Jane Doe', date_of_birth: '1990-04-12', gender: 'female' } as const;
const made = answered(await client.POST('/api/patients/', { body }));
const { data: listed, response } = await client.GET('/api/patients/', {
  params: { query: { search: 'jane', gender: 'female', sort: '-created_at', count: 'exact', limit: 10 } },
});
const ids: number[] | undefined = listed?.map(({ id }) => id);
if (ids?.join() !== `${made.id}` || response.headers.get('X-Total-Count') !== '1')
  throw new Error(`The list is ${JSON.stringify(listed)} instead of the one patient that was made.`);

const { error } = await client.GET('/api/patients/{id}/', { params: { path: { id: made.id + 1 } } });
if (error?.code !== 'not_found') throw new Error(`Who is not there is ${error?.code} instead of not_found.`);
