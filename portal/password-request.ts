// When the server wants one's own password for what one does: a dialog asks for it, and the same is done again with it.
import { signal } from '@preact/signals';
import { Refused } from '../clients/typescript/dist/index.js';

/** The password, or a code where the account has a second factor. */
export type Proof = { password: string } | { code: string };
interface PasswordRequest {
  /** What is asked for: its name in the body. */
  asks: 'password' | 'code';
  /** Does it with what was given; what it throws is said in the dialog. */
  prove(given: string): Promise<unknown>;
  cancel(): void;
}
/** What the dialog asks for, while there is one. */
export const passwordRequest = signal<PasswordRequest | undefined>(undefined);

/** Nobody gave the password: all is as it was. */
export class Cancelled extends Error {}

const requestProof = <T>(
  asks: PasswordRequest['asks'],
  attempt: (given: string) => Promise<T>,
  isAboutPassword: (error: unknown) => boolean,
) =>
  new Promise<T>((resolve, reject) => {
    const end = () => {
      passwordRequest.value = undefined;
    };
    // there is one dialog, for what was done last
    passwordRequest.peek()?.cancel();
    passwordRequest.value = {
      asks,
      prove: async (given) => {
        try {
          resolve(await attempt(given));
        } catch (error) {
          if (isAboutPassword(error)) throw error;
          reject(error);
        }
        end();
      },
      cancel: () => {
        end();
        reject(new Cancelled());
      },
    };
  });

/** A wrong password, too many of them, or no answer: whoever typed it may try again. */
const canRetry = (error: unknown) =>
  !(error instanceof Refused) || 'password' in (error.problem.errors ?? {}) || error.problem.status === 429;

/** Does what may need the password: first without one, and where the server asks for it, with what the person gives. */
export const withPassword = async <T>(act: (proof: { password?: string }) => Promise<T>): Promise<T> => {
  try {
    return await act({});
  } catch (error) {
    if (!(error instanceof Refused && error.problem.code === 'password_required')) throw error;
  }
  return requestProof('password', (password) => act({ password }), canRetry);
};

/**
 * Asks for the password, or for a code where there is a second factor, for what the whole session may do for some minutes.
 * Answers whether it was given.
 */
export const stepUp = async (
  hasFactor: () => Promise<boolean>,
  send: (proof: Proof) => Promise<unknown>,
): Promise<boolean> => {
  const asks = (await hasFactor()) ? 'code' : 'password';
  const given = (text: string) => send(asks === 'code' ? { code: text } : { password: text });
  return requestProof(asks, given, () => true).then(
    () => true,
    () => false,
  );
};
