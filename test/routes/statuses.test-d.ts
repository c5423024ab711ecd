// Never run: `npm run check` compiles it. A line under @ts-expect-error has to be an error, or it is one.
import { type Statuses, signedIn } from './statuses.ts';

export const everybodyIsAnswered = () => {
  signedIn({ owner: 200, admin: 200, others: 403 });
  // @ts-expect-error: the name is misspelt
  signedIn({ onwer: 200, others: 403 });
  // @ts-expect-error: what are the others answered?
  signedIn({ owner: 200, admin: 200 });
  // @ts-expect-error: a row for a table needs everybody, with or without a token
  const row: Statuses = { nobody: 401, owner: 200 };
  return row;
};
