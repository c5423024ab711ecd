// The settings as they are in force, and where each is changed. None is changed from here.
import type { ComponentChildren } from 'preact';
import { answer, type Settings } from '../../../clients/typescript/dist/index.js';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { Facts, Page } from '../../kit/page.tsx';
import { Text } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { roleInWords } from './accounts.tsx';

const seconds = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'second', unitDisplay: 'long' });
const minutes = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
const days = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'day', unitDisplay: 'long' });
const lasting = (given: number) =>
  given % 86_400 === 0
    ? days.format(given / 86_400)
    : given % 60 === 0
      ? minutes.format(given / 60)
      : seconds.format(given);

const inWords = (set: Settings): readonly (readonly [string, ComponentChildren, string])[] => [
  [
    'Who may register without an invitation',
    set.registration.map((role) => roleInWords(role)).join(', ') || 'nobody',
    'REGISTRATION',
  ],
  [
    'Doctors who register',
    set.doctor_approval === 'manual' ? 'await approval' : 'are approved at once',
    'DOCTOR_APPROVAL',
  ],
  [
    'An account whose email is not confirmed',
    set.require_verified_email ? 'can only confirm it' : 'can do everything',
    'REQUIRE_VERIFIED_EMAIL',
  ],
  [
    'Mails are sent',
    set.mail === null ? 'not at all' : set.mail === 'binding' ? 'by Cloudflare’s Email Service' : 'by an HTTP API',
    'EMAIL, MAIL_API_URL',
  ],
  ['Mails come from', <Text key="from" of={set.mail_from} />, 'MAIL_FROM'],
  ['Links in mails lead to', <Text key="url" of={set.public_url} />, 'PUBLIC_URL'],
  ['Browsers may ask from', set.cors_origins.join(', ') || 'here only', 'CORS_ORIGINS'],
  ['An access token counts for', lasting(set.access_token_seconds), 'ACCESS_TOKEN_TTL'],
  ['A session that is not used ends after', lasting(set.refresh_token_seconds), 'REFRESH_TOKEN_TTL'],
  ['Tokens of the secret of before', set.previous_secret ? 'still count' : 'do not count', 'JWT_SECRET_PREVIOUS'],
  ['simplejwt’s routes under /api/token', set.simplejwt_routes ? 'are there' : 'are gone', 'SIMPLEJWT_ROUTES'],
  [
    'Tokens of the Django of before count until',
    <Text key="django" of={set.django_tokens_until} />,
    'DJANGO_TOKENS_UNTIL',
  ],
];

export function SettingsPage() {
  const settings = useLoaded(() => answer(api.admin.settings.$get()), 'settings');
  return (
    <Page title="Settings">
      <p>
        As they are in force. They are changed in <code>wrangler.toml</code>, secrets by{' '}
        <code>npx wrangler secret put</code>, and count from the next deployment on.
      </p>
      <Show loaded={settings}>
        {(set) => (
          <>
            <Facts
              of={inWords(set).map(
                ([what, value, name]) =>
                  [
                    what,
                    <span key={name}>
                      {value} <small class="none">{name}</small>
                    </span>,
                  ] as const,
              )}
            />
            <p class="total">Wardbook {set.version}</p>
          </>
        )}
      </Show>
    </Page>
  );
}
