// A click of the Postman collection, and what several chapters say.
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };
export type Fields = Record<string, Json>;

/** A click. Everything that is not said comes from the document. */
export interface Step {
  /** Method and path as in the document. */
  on: string;
  name?: string;
  /** Whose token it carries. By default that of the person who registers first. */
  as?: 'patient' | 'doctor' | 'admin' | 'phone' | 'invited' | 'guest';
  path?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Fields over those of the document's example. '#name' is the number in a variable. */
  body?: Fields;
  /** The whole body, where the example is not meant. */
  instead?: Fields;
  /** By default what the document says that it answers when all is well. */
  status?: number;
  code?: string;
  before?: string[];
  /**
   * A variable with the token of a link, out of the newest mail to somebody that leads to a page of the portal; without
   * these two it was brought before. Where there is none the step is skipped.
   */
  link?: { token: string; to?: string; page?: string };
  /** Variables for the steps after it, as expressions of the answer `body`. */
  keep?: Record<string, string>;
  /** What has to hold besides status, type and schema, as expressions of the answer `body`. */
  also?: Record<string, string>;
}
export interface Chapter {
  name: string;
  about: string;
  /** Skipped unless somebody has made an administrator. */
  admin?: true;
  steps: Step[];
}

export const tokens = (who: string) => ({ [`${who}access`]: 'body.access', [`${who}refresh`]: 'body.refresh' });
export const header = (name: string) => `pm.response.headers.get('${name}')`;
export const john = { username: 'john_{{run}}', password: '{{password}}' };
export const hasId = (name: string) => `body.some((one) => one.id === Number(pm.variables.get('${name}')))`;
