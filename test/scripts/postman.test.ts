// The Postman collection that is committed is the one that the document gives.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { collectionFile, textOf } from '../../scripts/clients/postman/write.ts';

// that every route of the document is clicked is what textOf() insists on
test('the committed Postman collection is what `npm run postman` writes', async () => {
  expect(await readFile(collectionFile, 'utf8'), 'run: npm run postman').toBe(await textOf());
});
