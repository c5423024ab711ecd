// Writes src/accounts/common-passwords.ts: of the 10,000 commonest passwords in @zxcvbn-ts/language-common those that our minimum
// length does not refuse already. The whole list would be 170 KB in every isolate; this is 15 KB compressed.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(import.meta.resolve('@zxcvbn-ts/language-common/src/passwords.json'));
const target = fileURLToPath(new URL('../../src/accounts/common-passwords.ts', import.meta.url));

export const render = async (): Promise<string> => {
  const passwords: string[] = JSON.parse(await readFile(source, 'utf8'));
  const long = passwords.slice(0, 10_000).filter((password) => password.length >= 8);
  return `// Made by scripts/build/common-passwords.ts from @zxcvbn-ts/language-common (MIT).\nexport default ${JSON.stringify(long.join(' '))};\n`;
};

if (import.meta.main) await writeFile(target, await render());
