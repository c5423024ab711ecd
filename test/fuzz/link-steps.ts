// What is done with the links in mails, by whoever holds one, and what calls for such mails: passwords and addresses.
import { unique } from '../support/unique.ts';
import { calledFor, calledForChange, endLinks, isTaken, toldOfPassword } from './mail.ts';
import { type Actor, passwordOf, request, type Step } from './step.ts';
import { everyRole, type Link, type Purpose, refused, type World } from './world.ts';

/** A link: mostly one that works, else one that does no more, and now and then one for something else, or a made-up one. */
export const linkOf = ({ w, pick, which, other }: Actor, ...purposes: Purpose[]) => {
  const apt = w.links.filter(({ purpose }) => other % 9 === 0 || purposes.includes(purpose));
  return pick(apt, which, (link) => works(link, ...purposes));
};
export const works = (link: Link | undefined, ...purposes: Purpose[]): link is Link =>
  link !== undefined && link.hours > 0 && purposes.includes(link.purpose);
export const tokenOf = (link: Link | undefined) => ({ token: link?.token || 'made up' });

/** For a step that a link is needed for. */
export const needsLink = (first: string, ...purposes: Purpose[]) => ({
  isThere: (w: World) => w.links.some((link) => works(link, ...purposes)),
  first,
});

/** An address that somebody has, had or is to have, or one that is nobody's. */
export const knownAddress = ({ w, pick, other }: Actor) => {
  const known = w.accounts.flatMap(({ email, pending }) => (pending ? [pending, email] : [email]));
  return pick([...known, ...w.formers.keys()], other) ?? newAddress();
};
export const newAddress = () => `${unique('address')}@example.com`;

export const linkSteps: Record<string, Step> = {
  'forget a password': {
    by: everyRole,
    often: 3,
    act: async (actor) => {
      const { w, which } = actor;
      const email = knownAddress(actor);
      await request(actor, 'POST', '/api/auth/password/forgot/', { email }, 202);
      // again within a minute: no second mail
      if (which % 3 === 0) await request(actor, 'POST', '/api/auth/password/forgot/', { email }, 202);
      const account = w.accounts.find((one) => one.email === email && !one.erased);
      if (account) calledFor(w, 'reset', email, { account });
    },
  },
  'choose a new password by a link': {
    by: everyRole,
    often: 4,
    needs: needsLink('forget a password', 'reset'),
    act: async (actor) => {
      const link = linkOf(actor, 'reset');
      const account = works(link, 'reset') ? link.account : undefined;
      const status = account && !account.disabled && account.email === link?.email ? 204 : 400;
      const body = { ...tokenOf(link), new_password: unique('an unlikely password') };
      await request(actor, 'POST', '/api/auth/password/reset/', body, status);
      if (!account || status !== 204) return;
      Object.assign(account, { password: body.new_password, signedIn: false, verified: true });
      endLinks(actor.w, account);
      toldOfPassword(actor.w, account);
    },
  },
  'confirm an address': {
    by: everyRole,
    often: 5,
    needs: needsLink('ask for another address', 'change'),
    act: async (actor) => {
      const { w, me } = actor;
      const link = linkOf(actor, actor.other % 3 ? 'change' : 'verify');
      const account = works(link, 'verify', 'change') ? link.account : undefined;
      const isMeant = link?.email === (link?.purpose === 'change' ? account?.pending : account?.email);
      const proven =
        !link || !account || account.disabled || !isMeant ? 400 : isTaken(w, link.email, account) ? 409 : 204;
      // what replaces another address needs a session of that account
      const isSignedIn = me.signedIn && !me.disabled;
      const needsSession = account && link?.purpose === 'change';
      const status = needsSession && account !== me ? 403 : needsSession && !isSignedIn ? 401 : proven;
      await request(actor, 'POST', '/api/auth/email/verify/', tokenOf(link), status);
      if (!link || !account || status !== 204) return;
      for (const one of w.links) if (one.account === account && one.purpose === link.purpose) one.hours = 0;
      if (link.purpose === 'change') {
        if (account.verified) {
          w.formers.set(account.email, { account, since: w.mails.length, hours: 24 });
          calledFor(w, 'undo', account.email, { account });
        }
        Object.assign(account, { email: link.email, pending: null });
      }
      account.verified = true;
    },
  },
  'undo a change of address': {
    by: everyRole,
    often: 5,
    needs: {
      // two, because what undoes the one ends the other
      isThere: (w) => w.links.filter((link) => works(link, 'undo')).length > 1,
      first: 'confirm an address',
    },
    act: async (actor) => {
      const { w } = actor;
      const link = linkOf(actor, 'undo');
      const account = works(link, 'undo') ? link.account : undefined;
      const former = w.formers.get(link?.email ?? '');
      const status = account && former?.account === account ? 204 : 400;
      await request(actor, 'POST', '/api/auth/email/undo/', tokenOf(link), status);
      if (!link || !account || !former || status !== 204) return;
      link.hours = 0;
      endLinks(w, account);
      // the changes that came after this one have no way back any more
      for (const [email, { since, ...one }] of w.formers) {
        if (one.account !== account || since < former.since) continue;
        w.formers.delete(email);
        for (const later of w.links)
          if (later.purpose === 'undo' && later.account === account && later.email === email && email !== link.email)
            later.hours = 0;
      }
      Object.assign(account, { email: link.email, verified: true, password: null, signedIn: false });
      calledFor(w, 'reset', account.email, { account });
    },
  },
  'ask for another address': {
    by: everyRole,
    often: 5,
    // somebody who did so before, so that there are several changes to undo
    suits: (w, me) =>
      me.verified && (w.formers.size === 0 || [...w.formers.values()].some((one) => one.account === me)),
    act: async (actor) => {
      const { w, me, which, other } = actor;
      const email = [me.email, knownAddress(actor)][which % 5] ?? newAddress();
      const proof = other % 5 ? { password: passwordOf(me) } : {};
      const allowed = email === me.email || 'password' in proof ? 200 : 400;
      const status = refused(w, me, everyRole) ?? allowed;
      await request(actor, 'PATCH', '/api/auth/me/', { email, ...proof }, status);
      if (status !== 200) return;
      const pending = email === me.email ? null : email;
      if (pending && pending !== me.pending) calledForChange(w, me, pending);
      me.pending = pending;
    },
  },
  'ask for the link again that confirms an address': {
    by: everyRole,
    often: 2,
    act: async (actor) => {
      const { w, me } = actor;
      const isNeeded = me.pending !== null || !me.verified;
      const status = refused(w, me, everyRole);
      await request(actor, 'POST', '/api/auth/email/resend/', undefined, status ?? 202);
      if (status) return;
      if (me.pending) calledForChange(w, me, me.pending);
      else if (isNeeded) calledFor(w, 'verify', me.email, { account: me });
      // and again within a minute
      await request(actor, 'POST', '/api/auth/email/resend/', undefined, isNeeded ? 429 : 202);
    },
  },
  'a day passes': {
    by: everyRole,
    act: async ({ app, w }) => {
      const [day, of] = [`- interval '1 day'`, (w: World) => [...w.links, ...w.formers.values(), ...w.invitations]];
      await app.asOwner(`update app.links set expires_at = expires_at ${day}`);
      await app.asOwner(`update app.former_emails set until = until ${day}`);
      await app.asOwner(`update invitations set expires_at = expires_at ${day}`);
      for (const one of of(w)) one.hours -= 24;
    },
  },
};
