// What anybody does: registers, signs in, uses the links in mails.
import { type Chapter, john, tokens } from '../step.ts';

export const accounts: Chapter[] = [
  {
    name: 'Is anybody there?',
    about: 'What this is, and whether it runs.',
    steps: [{ on: 'GET /' }, { on: 'GET /healthz' }, { on: 'GET /readyz' }, { on: 'GET /docs' }, { on: 'GET /portal' }],
  },
  {
    name: 'Register and sign in',
    about: 'John runs a practice. Every run registers another John.',
    steps: [
      {
        on: 'POST /api/auth/register/',
        before: ["pm.collectionVariables.set('run', Date.now().toString(36));"],
        body: { ...john, email: 'john.{{run}}@example.com' },
        keep: { ...tokens(''), user_id: 'body.user.id' },
        also: { 'nobody chooses a role': "body.user.role === 'user'" },
      },
      {
        on: 'POST /api/auth/register/',
        name: 'Register with the same email',
        body: { ...john, username: 'johnny_{{run}}', email: 'JOHN.{{run}}@example.com' },
        status: 409,
        code: 'duplicate',
      },
      { on: 'POST /api/auth/login/', instead: john, keep: tokens('') },
      {
        on: 'POST /api/auth/login/',
        name: 'Log in with a wrong password',
        instead: { ...john, password: 'not the one' },
        status: 401,
        code: 'invalid_credentials',
      },
      { on: 'GET /api/auth/me/', also: { 'it is John': "body.id === Number(pm.variables.get('user_id'))" } },
      { on: 'PATCH /api/auth/me/', also: { 'his name is told': "body.name === 'John Doe'" } },
    ],
  },
  {
    name: 'Links in mails',
    about:
      'An email is confirmed, changed and given back, and a password forgotten. `npm start` shows each link in its ' +
      'terminal: put what stands behind #token= into the variable that a request names. Without it the request is skipped.',
    steps: [
      { on: 'GET /portal/{page}', name: 'Open the page of a link, which uses nothing up', path: { page: 'page' } },
      {
        on: 'POST /api/auth/email/verify/',
        link: { token: 'verify_token', to: 'john.{{run}}@example.com', page: 'verify' },
        instead: { token: '{{verify_token}}' },
      },
      {
        on: 'PATCH /api/auth/me/',
        name: 'Change my email without the password',
        instead: { email: 'doe.{{run}}@example.com' },
        status: 400,
        code: 'password_required',
      },
      {
        on: 'PATCH /api/auth/me/',
        name: 'Change my email',
        instead: { email: 'doe.{{run}}@example.com', password: '{{password}}' },
        also: {
          'it does not count yet': "body.email === 'john.' + pm.variables.get('run') + '@example.com'",
          'but is told': "body.pending_email === 'doe.' + pm.variables.get('run') + '@example.com'",
        },
      },
      {
        on: 'POST /api/auth/email/resend/',
        name: 'Ask for the link again within a minute',
        status: 429,
        code: 'too_many_requests',
      },
      {
        on: 'POST /api/auth/email/verify/',
        name: 'Confirm the new email',
        link: { token: 'change_token', to: 'doe.{{run}}@example.com', page: 'verify' },
        instead: { token: '{{change_token}}' },
      },
      {
        on: 'POST /api/auth/email/resend/',
        name: 'Ask for a link when none is needed',
        link: { token: 'change_token' },
      },
      {
        on: 'POST /api/auth/email/undo/',
        link: { token: 'undo_token', to: 'john.{{run}}@example.com', page: 'undo' },
        instead: { token: '{{undo_token}}' },
      },
      { on: 'POST /api/auth/password/forgot/', instead: { email: 'john.{{run}}@example.com' } },
      {
        on: 'POST /api/auth/password/forgot/',
        name: 'Ask for a new password of nobody',
        instead: { email: 'nobody.{{run}}@example.com' },
      },
      {
        on: 'POST /api/auth/password/reset/',
        link: { token: 'reset_token', to: 'john.{{run}}@example.com', page: 'reset' },
        instead: { token: '{{reset_token}}', new_password: '{{password}}' },
      },
      {
        on: 'POST /api/auth/password/reset/',
        name: 'Use the link a second time',
        link: { token: 'reset_token' },
        instead: { token: '{{reset_token}}', new_password: '{{password}}' },
        status: 400,
        code: 'link_invalid',
      },
      { on: 'POST /api/auth/login/', name: 'Log in with the new password', instead: john, keep: tokens('') },
    ],
  },
  {
    name: 'As an app that was written for Django',
    about: 'The routes of simplejwt. A refresh keeps the refresh token, and its answer holds the access token alone.',
    steps: [
      { on: 'POST /api/token/', instead: john, keep: tokens('django_') },
      {
        on: 'POST /api/token/refresh/',
        instead: { refresh: '{{django_refresh}}' },
        keep: { django_access: 'body.access' },
      },
      { on: 'POST /api/token/verify/', instead: { token: '{{django_access}}' } },
      { on: 'POST /api/token/blacklist/', instead: { refresh: '{{django_refresh}}' } },
      {
        on: 'POST /api/token/refresh/',
        name: 'Refresh with a token that is blacklisted',
        instead: { refresh: '{{django_refresh}}' },
        status: 401,
        code: 'token_not_valid',
      },
    ],
  },
];
