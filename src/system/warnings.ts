// Warnings about settings with which a deployment works, but should not. They are in /readyz for monitoring, in the
// settings for administrators, and once per isolate in the log.
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
/** The values of REGISTRATION, for every message that asks for one. */
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
/** Logs the warnings, and who may register. */
export const logSettingsOnce = (bindings: Bindings): void => {
  if (logged.has(bindings)) return;
  logged.add(bindings);
  try {
    const settings = configOf(bindings);
    const [warnings, { REGISTRATION }] = [warningsOf(bindings, settings), settings];
    if (warnings.length + REGISTRATION.length === 0) return;
    console.warn(JSON.stringify({ job: 'settings', warnings, anybody_may_register_as: REGISTRATION }));
  } catch (error) {
    // each request that needs the settings logs what is wrong with them
    if (!(error instanceof Misconfigured)) throw error;
  }
};
