// When the server wants one's own password for what one does: a dialog asks for it, and the same is done again with it.
import { signal } from '@preact/signals';
import { Refused } from '../clients/typescript/dist/index.js';

interface PasswordRequest {
  /** Does it with the password; what it throws is said in the dialog. */
  prove(password: string): Promise<unknown>;
  cancel(): void;
}
/** What the dialog asks for, while there is one. */
export const passwordRequest = signal<PasswordRequest | undefined>(undefined);

/** Nobody gave the password: all is as it was. */
export class Cancelled extends Error {}

const requestPassword = <T>(attempt: (password: string) => Promise<T>, isAboutPassword: (error: unknown) => boolean) =>
  new Promise<T>((resolve, reject) => {
    const end = () => {
      passwordRequest.value = undefined;
    };
    // there is one dialog, for what was done last
    passwordRequest.peek()?.cancel();
    passwordRequest.value = {
      prove: async (password) => {
        try {
          resolve(await attempt(password));
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
  return requestPassword((password) => act({ password }), canRetry);
};

/** Asks for the password, for what the whole session may do for some minutes. Answers whether it was given. */
export const stepUp = (send: (password: string) => Promise<unknown>): Promise<boolean> =>
  requestPassword(send, () => true).then(
    () => true,
    () => false,
  );
