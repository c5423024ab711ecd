// The pages that links in mails lead to. Each does one thing, when a person presses its button: to open a page uses
// nothing up. The token stands behind the # of the address, which no browser sends to a server.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const main = document.querySelector('main');

/** Sends JSON; throws what the answer says when it is a refusal. */
async function post(path, body, access) {
  const headers = { 'Content-Type': 'application/json' };
  if (access) headers.Authorization = `Bearer ${access}`;
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => undefined);
  if (answer?.ok) return answer.status === 200 || answer.status === 201 ? answer.json() : undefined;
  throw (await answer?.json().catch(() => undefined)) ?? { detail: 'That did not arrive. Try again in a moment.' };
}

const email = { name: 'email', label: 'Email', type: 'email', autocomplete: 'username', required: true };
const newPassword = (name) => ({
  name,
  label: 'New password, 8 characters or more',
  type: 'password',
  autocomplete: 'new-password',
  required: true,
});

const pages = {
  forgot: {
    title: 'Forgotten password',
    fields: [email],
    button: 'Send me a link',
    act: (sent) => post('/api/auth/password/forgot/', sent),
    done: 'If an account has this email, a link is on its way to it. It works for an hour.',
  },
  reset: {
    title: 'Choose a new password',
    fields: [newPassword('new_password')],
    button: 'Use this password',
    act: (sent) => post('/api/auth/password/reset/', { token, ...sent }),
    done: 'Your password is changed, and you are signed out everywhere. Sign in with the new one.',
  },
  verify: {
    title: 'Confirm your email',
    fields: [],
    button: 'Confirm',
    act: () => post('/api/auth/email/verify/', { token }),
    done: 'Your email is confirmed.',
  },
  undo: {
    title: 'Undo the change of your email',
    fields: [],
    button: 'Undo it',
    act: () => post('/api/auth/email/undo/', { token }),
    done: 'Undone, and everybody is signed out. A link to choose a new password is on its way to this address.',
  },
  invitation: {
    title: 'Accept your invitation',
    fields: [{ name: 'name', label: 'Your name', autocomplete: 'name' }, newPassword('password')],
    button: 'Open my account',
    act: ({ name, password }) =>
      post('/api/auth/register/invited/', { token, password, ...(name.trim() ? { name } : {}) }),
    done: 'Your account is open. Sign in with the address that the invitation was sent to.',
    other: { page: 'accept', label: 'I have an account already' },
  },
  accept: {
    title: 'Accept with your account',
    fields: [
      { ...email, label: 'Email or username', type: 'text' },
      { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', required: true },
    ],
    button: 'Sign in and accept',
    act: async (sent) => {
      const { access } = await post('/api/auth/login/', { username: sent.email, password: sent.password });
      try {
        await post('/api/auth/invitations/accept/', { token }, access);
      } finally {
        await post('/api/auth/logout/', {}, access).catch(() => {});
      }
    },
    done: 'Your account has what the invitation was for. Sign in to see it.',
    other: { page: 'invitation', label: 'Open a new account instead' },
  },
};

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function fieldOf({ name, label, ...input }) {
  const box = make('input', { name, id: name, ...input });
  box.setAttribute('aria-describedby', `${name}-error`);
  return [
    make('label', { htmlFor: name, textContent: label }),
    box,
    make('p', { id: `${name}-error`, className: 'error' }),
  ];
}

function show(name) {
  const page = pages[name];
  const title = make('h1', { textContent: page.title });
  document.title = page.title;
  if (name !== 'forgot' && !token) {
    main.replaceChildren(title, make('p', { textContent: 'Open this page by the link in the mail that you got.' }));
    return;
  }
  const button = make('button', { textContent: page.button });
  const problem = make('p', { className: 'error' });
  problem.setAttribute('role', 'alert');
  const form = make('form', { noValidate: false }, ...page.fields.flatMap(fieldOf), problem, button);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    for (const message of form.querySelectorAll('.error')) message.textContent = '';
    try {
      await page.act(Object.fromEntries(new FormData(form)));
      history.replaceState(null, '', location.pathname);
      const done = make('p', { textContent: page.done, tabIndex: -1 });
      main.replaceChildren(title, done);
      done.focus();
    } catch (refusal) {
      const { detail = 'Something went wrong. Try again in a moment.', errors = {} } = refusal;
      const placed = Object.entries(errors).filter(([field, messages]) => {
        const place = document.getElementById(`${field}-error`);
        if (place) place.textContent = messages.join(', ');
        return place;
      });
      if (placed.length === 0) problem.textContent = detail;
      button.disabled = false;
    }
  });
  main.replaceChildren(title, form);
  if (page.other) {
    const other = make('button', { className: 'other', textContent: page.other.label });
    other.addEventListener('click', () => show(page.other.page));
    main.append(other);
  }
}

show(location.pathname.split('/')[2]);
