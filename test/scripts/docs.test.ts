// The documents name only files, headings and npm scripts that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const { scripts } = JSON.parse(textOf('package.json'));

/** As GitHub names them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  test('links to what is there', () => {
    for (const [, link = ''] of textOf(page).matchAll(/(?:\]\(|src=")(?!https?:)([^)"\s]+)[)"]/g)) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      expect(existsSync(join(root, target)), link).toBe(true);
      if (anchor) expect(anchorsOf(textOf(target)), link).toContain(anchor);
    }
  });

  test('names files of the tree that are there', () => {
    // those of the worked example
    const made = /appointment/;
    const named = [...textOf(page).matchAll(/`((?:src|test|scripts|migrations|clients|docs)\/[\w./-]+\.\w+)`/g)];
    for (const [, file = ''] of named.filter(([, file = '']) => !made.test(file)))
      expect(existsSync(join(root, file)), file).toBe(true);
  });

  test('names npm scripts that there are', () => {
    for (const [, name = ''] of textOf(page).matchAll(/npm run (?:-s )?([\w:]+)/g))
      expect(scripts).toHaveProperty([name]);
  });
});

test('every setting of the Worker is in .dev.vars.example, or a binding in wrangler.toml', () => {
  const [, settings = ''] =
    /const configuration = z\.object\(\{\n([\s\S]*?)\n\}\);/.exec(textOf('src/config.ts')) ?? [];
  const names = [...settings.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
  expect(names).toContain('MAIL_API_KEY');
  const explained = [...textOf('.dev.vars.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
  const bound = [...textOf('wrangler.toml').matchAll(/^(?:# )?name = "([A-Z_]+)"/gm)].map(([, name]) => name);
  expect(names.filter((name) => ![...explained, ...bound].includes(name))).toEqual([]);
});
