// `npm run bench`: installs what only the bench needs, once, and starts it.
import { installIn } from '../support/own-packages.ts';
import { run } from '../support/terminal.ts';

await run(async () => {
  await installIn(import.meta.dirname, 'autocannon and Fastify');
  // not before: it imports what was installed
  const { main } = await import('./main.ts');
  await main();
});
