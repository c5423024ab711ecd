// The pages that links in mails lead to. Each does one thing, when a person presses its button: to open a page uses
// nothing up. The token stands behind the # of the address, which no browser sends to a server.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const main = document.querySelector('main');

/** Sends JSON; throws what the answer says when it is a refusal, in words for a person. */
async function post(path, body, access) {
  const headers = { 'Content-Type': 'application/json' };
  if (access) headers.Authorization = `Bearer ${access}`;
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => undefined);
  const said = await answer?.json().catch(() => undefined);
  if (answer?.ok) return said;
  if (!said || answer.status >= 500) throw { detail: 'That did not arrive. Try again in a moment.' };
  if (answer.status !== 429) throw said;
  const minutes = Math.ceil(Number(answer.headers.get('Retry-After')) / 60);
  throw { detail: `That was too often. Try again in ${minutes > 1 ? `${minutes} minutes` : 'a minute'}.` };
}

const email = { name: 'email', label: 'Email', type: 'email', autocomplete: 'username', required: true };
const newPassword = (name) => ({
  name,
  label: 'New password',
  hint: '8 characters or more',
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
    other: { page: 'forgot', label: 'Send me another link' },
  },
  verify: {
    title: 'Confirm your email',
    says: 'With this button you say that the email is yours.',
    fields: [],
    button: 'Confirm',
    act: () => post('/api/auth/email/verify/', { token }),
    done: 'Your email is confirmed.',
  },
  undo: {
    title: 'Undo the change of your email',
    says: 'Your account gets this email back, and everybody who uses it now is signed out.',
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

function fieldOf({ name, label, hint = '', ...input }) {
  const box = make('input', { name, id: name, ...input });
  box.setAttribute('aria-describedby', `${name}-hint ${name}-error`);
  return [
    make('label', { htmlFor: name, textContent: label }),
    make('p', { id: `${name}-hint`, className: 'hint', textContent: hint }),
    box,
    make('p', { id: `${name}-error`, className: 'error' }),
  ];
}

/** Puts what is wrong beside its field, and goes to the first one. What has no field here is said above the button. */
function complain(form, problem, { code, detail, errors = {} }) {
  const unplaced = [];
  for (const [name, messages] of Object.entries(errors)) {
    const place = document.getElementById(`${name}-error`);
    if (place) {
      place.textContent = messages.join(', ');
      form.elements[name].setAttribute('aria-invalid', 'true');
    } else {
      unplaced.push(`${name} ${messages.join(', ')}`);
    }
  }
  const first = form.querySelector('[aria-invalid]');
  if (first) return first.focus();
  const whole = code === 'duplicate' ? unplaced.join('. ') : '';
  problem.textContent = whole ? `${whole[0].toUpperCase()}${whole.slice(1)}.` : detail;
}

function formOf(page, title) {
  const button = make('button', { textContent: page.button });
  const problem = make('p', { className: 'error' });
  problem.setAttribute('role', 'alert');
  const says = make('p', { textContent: page.says ?? '' });
  const form = make('form', {}, says, ...page.fields.flatMap(fieldOf), problem, button);
  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    // not `disabled`: the button would lose the focus
    if (isBusy) return;
    isBusy = true;
    button.setAttribute('aria-disabled', 'true');
    for (const message of form.querySelectorAll('.error')) message.textContent = '';
    for (const box of form.querySelectorAll('[aria-invalid]')) box.removeAttribute('aria-invalid');
    try {
      await page.act(Object.fromEntries(new FormData(form)));
      history.replaceState(null, '', location.pathname);
      const done = make('p', { textContent: page.done, tabIndex: -1 });
      main.replaceChildren(title, done);
      done.focus();
    } catch (refusal) {
      complain(form, problem, refusal);
      isBusy = false;
      button.removeAttribute('aria-disabled');
    }
  });
  return form;
}

function show(name, isSwitched = false) {
  const page = pages[name];
  const title = make('h1', { textContent: page.title, tabIndex: -1 });
  document.title = page.title;
  const missing = name !== 'forgot' && !token;
  main.replaceChildren(
    title,
    missing ? make('p', { textContent: 'Open this page by the link in the mail that you got.' }) : formOf(page, title),
  );
  if (page.other && (!missing || page.other.page === 'forgot')) {
    const other = make('button', { className: 'other', textContent: page.other.label });
    other.addEventListener('click', () => show(page.other.page, true));
    main.append(other);
  }
  if (isSwitched) title.focus();
}

show(location.pathname.split('/')[2]);
