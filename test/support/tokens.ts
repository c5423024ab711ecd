// What is written in a token or a cursor. A client need not look, but a test may.
import type { Json } from './app.ts';

/** The JSON in a text of base64url. */
export const decoded = (text: string): Json => JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));

/** What an access token claims: whose it is (`sub`), of which session (`sid`), until when (`exp`). */
export const claimsOf = ({ token }: { token: string }): Json => decoded(token.split('.')[1] ?? '');

export const sessionOf = (who: { token: string }): number => claimsOf(who).sid;
