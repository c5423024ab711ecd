// What a deployment should know of its own settings, although it works with them. /readyz names it for whoever watches,
// the settings explain it to administrators, and the log has it once an isolate.
import { type Bindings, type Config, configOf, limiters, Misconfigured } from '../config.ts';
import type { warningCodes } from './shapes.ts';

export interface Warning {
  code: (typeof warningCodes)[number];
  detail: string;
}

const registrationChoices = {
  nobody: 'REGISTRATION = ""',
  patients: 'REGISTRATION = "patient"',
  'everybody, as in the Django originals': 'REGISTRATION = "user patient doctor"',
};
/** The answers to who may register, for every place that asks a deployment for one. */
export const registrationAnswers = Object.entries(registrationChoices)
  .map(([who, line]) => `${line} (${who})`)
  .join(', ');

export const warningsOf = (bindings: Bindings, { EMAIL, MAIL_API_URL }: Config): Warning[] => {
  const unbound = limiters.filter((name) => !bindings[name]);
  const all: (Warning & { holds: boolean })[] = [
    {
      code: 'registration_unset',
      holds: bindings.REGISTRATION === undefined,
      detail: `Nobody may register without an invitation, because nobody has said who may: ${registrationAnswers}.`,
    },
    {
      code: 'limiter_missing',
      holds: unbound.length > 0,
      detail: `Nothing limits how often an address or an account may ask: [[ratelimits]] binds no ${unbound.join(', no ')}.`,
    },
    {
      code: 'mail_unset',
      holds: !EMAIL && !MAIL_API_URL,
      detail: 'Mails wait and do not leave: set MAIL_API_URL, or bind EMAIL by [[send_email]].',
    },
  ];
  return all.filter(({ holds }) => holds).map(({ code, detail }) => ({ code, detail }));
};

const logged = new WeakSet<object>();
/** Says it in the log, and who may register, if anybody may. */
export const logSettingsOnce = (bindings: Bindings): void => {
  if (logged.has(bindings)) return;
  logged.add(bindings);
  try {
    const settings = configOf(bindings);
    const [warnings, { REGISTRATION }] = [warningsOf(bindings, settings), settings];
    if (warnings.length + REGISTRATION.length === 0) return;
    console.warn(JSON.stringify({ job: 'settings', warnings, anybody_may_register_as: REGISTRATION }));
  } catch (error) {
    // each request that needs the settings says in its own line what is wrong with them
    if (!(error instanceof Misconfigured)) throw error;
  }
};
