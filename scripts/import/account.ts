// What a dump says of an account, before it is decided who that becomes here.
import type { Row } from './dump.ts';

export type Role = 'user' | 'patient' | 'doctor' | 'admin';

export type Account = {
  id: number;
  about: Pick<Row, 'at' | 'model' | 'pk'>;
  username: string;
  email: string;
  name: string;
  active: boolean;
  superuser: boolean;
  staff: boolean;
  /** As milliseconds; 0 for never. */
  lastLogin: number;
  /** The roles that Django's fields say. That it is an administrator's only the map may take from a word. */
  said: Role[];
  claimsAdmin: boolean;
  /** The role that --map says. */
  chosenRole?: Role;
  /** Its own records. */
  linked: { patient?: number; doctor?: number };
};
