// `npm run deploy`: wrangler's own deployment, once its configuration says who may register. Takes what wrangler takes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Unstable_Config, unstable_readConfig } from 'wrangler';
import { registration } from '../../src/config.ts';
import { registrationAnswers } from '../../src/system/warnings.ts';
import { root, short } from '../support/paths.ts';
import { bold, Fatal, run } from '../support/terminal.ts';

interface Target {
  config?: string;
  env?: string;
}

function targetOf(args: string[]): Target {
  const { values } = parseArgs({
    args,
    strict: false,
    options: { config: { type: 'string', short: 'c' }, env: { type: 'string', short: 'e' } },
  });
  const [config, env] = [values.config, values.env ?? process.env.CLOUDFLARE_ENV].map((value) =>
    typeof value === 'string' ? value : undefined,
  );
  return { config, env };
}

/** What a deployment answers to who may register: on the command line, or in the `vars` of the environment it goes to. */
function registrationIn(args: string[], { vars }: Unstable_Config): unknown {
  const given = args.findLast((arg) => /^(--var=)?REGISTRATION:/.test(arg));
  return given === undefined ? vars.REGISTRATION : given.replace(/^(--var=)?REGISTRATION:/, '');
}

/** Refuses a configuration that does not say who may register; what else is worth a look before it goes out. */
export function check(args: string[], config: Unstable_Config): string[] {
  const answer = registrationIn(args, config);
  const file = short(config.configPath ?? 'wrangler.toml');
  const place = `[${config.targetEnvironment ? `env.${config.targetEnvironment}.` : ''}vars] in ${file}`;
  const choice = `Put one of these under ${place}:\n  ${registrationAnswers.replaceAll(', REG', '\n  REG')}`;
  if (answer === undefined) {
    throw new Fatal(`Nothing was deployed: nobody has said who may register without an invitation. ${choice}`, 2);
  }
  if (!registration.safeParse(answer).success) {
    throw new Fatal(`Nothing was deployed: REGISTRATION = ${JSON.stringify(answer)} is no answer. ${choice}`, 2);
  }
  const hasAddress = config.workers_dev || (config.routes ?? []).length > 0 || config.route;
  return hasAddress
    ? []
    : [
        `No address leads there from ${file}: workers_dev is off and there are no [[routes]]. One that the dashboard has stays.`,
      ];
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { config: path, env } = targetOf(args);
  const config = unstable_readConfig({ config: path ?? join(root, 'wrangler.toml'), env }, { hideWarnings: true });
  for (const line of check(args, config)) console.log(bold(line));
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  // said even where it is none: otherwise wrangler asks which of several environments is meant
  const toWhich = env === undefined ? ['--env='] : [];
  const child = spawn(process.execPath, [wrangler, 'deploy', ...args, ...toWhich], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  process.exitCode = code ?? 1;
}

if (import.meta.main) {
  await run(main);
}
