// The steps of an app that uses simplejwt's own routes, with the tokens that it holds from before the move.
import type { Ask } from '../client.ts';
import type { Member } from '../fill.ts';

export async function tokens(ask: Ask, { holder, blacklisted, own }: Who): Promise<string> {
  const refresh = (step: string, token: string) => ask(step, 'POST /api/token/refresh/', { body: { refresh: token } });
  const verify = (step: string, token: string) => ask(step, 'POST /api/token/verify/', { body: { token } });

  await ask('use an access token from before the move', `GET ${own}`, { token: holder.access });
  const { access } = await refresh('refresh with a token from before the move', holder.refresh);
  await ask('use what it answered', `GET ${own}`, { token: access });
  const again = await refresh('refresh with it again', holder.refresh);
  await ask('use that as well', `GET ${own}`, { token: again.access });
  await refresh('refresh with a token blacklisted before', blacklisted);
  await refresh('refresh with no token at all', 'nonsense');
  await refresh('refresh with an access token', access);
  await ask('refresh without a field', 'POST /api/token/refresh/', { body: {} });
  await verify('verify an access token', access);
  await verify('verify a refresh token from before the move', holder.refresh);
  await verify('verify a blacklisted token', blacklisted);
  await verify('verify nonsense', 'nonsense');

  const { username, password } = holder;
  const pair = await ask('take a pair', 'POST /api/token/', { body: { username, password } });
  await ask('take a pair with a wrong password', 'POST /api/token/', { body: { username, password: `${password}?` } });
  await ask('take a pair without a password', 'POST /api/token/', { body: { username } });
  await ask('use the access token of the pair', `GET ${own}`, { token: pair.access });
  await refresh('refresh with the pair', pair.refresh);
  await refresh('refresh with the pair again', pair.refresh);
  await verify('verify the refresh token of the pair', pair.refresh);
  await ask('blacklist the pair', 'POST /api/token/blacklist/', { body: { refresh: pair.refresh } });
  await ask('blacklist it again', 'POST /api/token/blacklist/', { body: { refresh: pair.refresh } });
  await refresh('refresh with the blacklisted pair', pair.refresh);
  await ask('blacklist nonsense', 'POST /api/token/blacklist/', { body: { refresh: 'nonsense' } });

  await ask('ask without a token', `GET ${own}`);
  await ask('ask with nonsense for a token', `GET ${own}`, { token: 'nonsense' });
  await ask('ask with a refresh token', `GET ${own}`, { token: holder.refresh });
  return again.access;
}

interface Who {
  holder: Member;
  blacklisted: string;
  /** A path that the holder may read. */
  own: string;
}
