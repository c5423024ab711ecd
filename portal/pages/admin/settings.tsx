// The settings as they are in force, and where each is changed. None is changed from here.
import type { ComponentChildren } from 'preact';
import { answer, type Settings } from '../../../clients/typescript/dist/index.js';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { Page } from '../../kit/page.tsx';
import { Text } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { roleLabel } from './accounts.tsx';

const seconds = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'second', unitDisplay: 'long' });
const minutes = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
const days = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'day', unitDisplay: 'long' });
const duration = (given: number) =>
  given % 86_400 === 0
    ? days.format(given / 86_400)
    : given % 60 === 0
      ? minutes.format(given / 60)
      : seconds.format(given);

const secrets = new Set(['JWT_SECRET_PREVIOUS', 'MFA_KEY', 'MFA_KEY_PREVIOUS', 'DJANGO_TOKENS_UNTIL']);
/** What it is, how it is, and by which name it is changed. */
const valueLabel = (set: Settings): readonly (readonly [string, ComponentChildren, string])[] => [
  [
    'Who may register without an invitation',
    set.registration.map((role) => roleLabel(role)).join(', ') || 'nobody',
    'REGISTRATION',
  ],
  [
    'Doctors who register',
    set.doctor_approval === 'manual' ? 'await approval' : 'are approved at once',
    'DOCTOR_APPROVAL',
  ],
  [
    'Approved doctors see',
    set.doctor_access === 'all' ? 'all patients' : 'the patients who are assigned to them, and others in an emergency',
    'DOCTOR_ACCESS',
  ],
  [
    'An account whose email is not confirmed',
    set.require_verified_email ? 'can do nothing but confirm it' : 'can do all that its role can',
    'REQUIRE_VERIFIED_EMAIL',
  ],
  ['Second factors', set.mfa ? 'are offered' : 'are not offered', 'MFA_KEY'],
  [
    'A second factor is needed by',
    set.mfa_required_for.map((role) => roleLabel(role)).join(', ') || 'nobody',
    'MFA_REQUIRED_FOR',
  ],
  ['Factors are encrypted anew', set.previous_mfa_key ? 'every hour, until all are' : 'no', 'MFA_KEY_PREVIOUS'],
  [
    'Mails are sent',
    set.mail === null ? 'not at all' : set.mail === 'binding' ? 'by Cloudflare’s Email Service' : 'by an HTTP API',
    'MAIL_API_URL or [[send_email]]',
  ],
  ['Mails come from', <Text key="from" of={set.mail_from} />, 'MAIL_FROM'],
  ['Links in mails lead to', <Text key="url" of={set.public_url} />, 'PUBLIC_URL'],
  [
    'Browsers may ask from',
    set.cors_origins.includes('*') ? 'everywhere' : set.cors_origins.join(', ') || 'here only',
    'CORS_ORIGINS',
  ],
  ['An access token counts for', duration(set.access_token_seconds), 'ACCESS_TOKEN_TTL'],
  ['A session that is not used ends after', duration(set.refresh_token_seconds), 'REFRESH_TOKEN_TTL'],
  ['An account may have', `${set.sessions_per_account} sessions`, 'SESSIONS_PER_ACCOUNT'],
  ['Mails go out', `${set.mails_per_day} a day at most`, 'MAILS_PER_DAY'],
  [
    'An account whose email nobody confirms',
    set.unconfirmed_account_days === 0 ? 'stays' : `goes after ${set.unconfirmed_account_days} days`,
    'UNCONFIRMED_ACCOUNT_DAYS',
  ],
  [
    'Tokens signed with the previous secret',
    set.previous_secret ? 'still count' : 'do not count',
    'JWT_SECRET_PREVIOUS',
  ],
  ['simplejwt’s routes under /api/token', set.simplejwt_routes ? 'are there' : 'are gone', 'SIMPLEJWT_ROUTES'],
  [
    'Tokens of the earlier Django count until',
    set.django_tokens_until ?? 'never: they do not count',
    'DJANGO_TOKENS_UNTIL',
  ],
];

const changedBy = (name: string) =>
  secrets.has(name) ? (
    <>
      secret: <code>npx wrangler secret put {name}</code>
    </>
  ) : (
    <>
      <code>{name}</code> in <code>wrangler.toml</code>
    </>
  );

export function SettingsPage() {
  const settings = useLoaded(() => answer(api.admin.settings.$get()), 'settings');
  return (
    <Page title="Settings">
      <p>
        As they are in force. None is changed from here: a secret counts at once, the rest from the next deployment on.
      </p>
      <Show loaded={settings}>
        {(set) => (
          <>
            {set.warnings.map(({ code, detail }) => (
              <p key={code}>
                <strong>To look at:</strong> {detail}
              </p>
            ))}
            <table class="rows">
              <caption class="hidden">Settings</caption>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">As it is</th>
                  <th scope="col">Where it is changed</th>
                </tr>
              </thead>
              <tbody>
                {valueLabel(set).map(([what, value, name]) => (
                  <tr key={name}>
                    <th scope="row">{what}</th>
                    <td data-title="As it is">
                      <span>{value}</span>
                    </td>
                    <td data-title="Where it is changed">
                      <span>{changedBy(name)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p>
              What is secret is never shown: <code>DATABASE_URL</code>, <code>JWT_SECRET</code>,{' '}
              <code>JWT_SECRET_PREVIOUS</code>, <code>MFA_KEY</code>, <code>MFA_KEY_PREVIOUS</code>,{' '}
              <code>MAIL_API_KEY</code> and <code>DJANGO_SIGNING_KEY</code> are changed by{' '}
              <code>npx wrangler secret put</code>.
            </p>
            <p class="total">Wardbook {set.version}</p>
          </>
        )}
      </Show>
    </Page>
  );
}
