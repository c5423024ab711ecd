// What the command line programs share: colours, progress, questions, and errors that a person can act on.
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';

/** What a person did wrong or can put right. Its message is all that is shown: a sentence, never a stack. */
export class Fatal extends Error {
  exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Text that somebody else wrote, as it may be shown: what would command the terminal, or turn its words around, is spelled out. */
export function printable(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function bold(text: string): string {
  return styleText('bold', text);
}

export function dim(text: string): string {
  return styleText('dim', text);
}

export function red(text: string): string {
  return styleText('red', text, { stream: process.stderr });
}

export function green(text: string): string {
  return styleText('green', text);
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Runs a command line program: 0 when it ends well, otherwise a sentence and its code. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.exitCode = error instanceof Fatal ? error.exitCode : 1;
    process.stderr.write(`${red(printable(explain(error)))}\n`);
  }
}

function explain(error: unknown): string {
  if (error instanceof Fatal) {
    return error.message;
  }
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    return 'A package is missing. Run `npm install` and try again.';
  }
  const sentence = fileSentence(error);
  if (sentence) {
    return sentence;
  }
  // only a bug gets here, and a bug is reported with its stack
  return `Unexpected: ${error instanceof Error ? error.stack : String(error)}`;
}

const fileReasons: Record<string, string> = {
  EACCES: 'this account may not',
  EPERM: 'this account may not',
  EROFS: 'it is read-only',
  ENOTDIR: 'a part of its path is a file',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/** What is wrong with a file or folder that somebody else has to put right. Undefined for any other error. */
export function fileSentence(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined;
  const reason = fileReasons[String(error.code)];
  return reason && `Cannot use ${error.path}: ${reason}.`;
}

/** A line that is rewritten in place on a terminal, and on anything else written once, when it is done. */
export function progress(label: string): { at: (done: number, total: number) => void; done: (result: string) => void } {
  const live = process.stdout.isTTY;
  return {
    at(done, total) {
      if (live) {
        const width = 24;
        const full = Math.round((done / total) * width);
        const bar = `${'█'.repeat(full)}${dim('░'.repeat(width - full))}`;
        process.stdout.write(`\r${label} ${bar} ${done.toLocaleString('en')} of ${total.toLocaleString('en')}\x1b[K`);
      }
    },
    done(result) {
      process.stdout.write(`${live ? '\r\x1b[K' : ''}${label} ${result}\n`);
    },
  };
}

/** Announces something slow and says how long it took. */
export async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const live = process.stdout.isTTY;
  if (live) {
    process.stdout.write(dim(`  ${label} …`));
  }
  try {
    const result = await work();
    process.stdout.write(`${live ? '\r\x1b[K' : ''}${dim(`  ${label}, ${duration(performance.now() - started)}`)}\n`);
    return result;
  } catch (error) {
    process.stdout.write(live ? '\n' : '');
    throw error;
  }
}

/** Undefined where there is nobody to ask. */
async function confirm(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) {
    return undefined;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C rejects the question, Ctrl-D leaves it open
  const closed = once(prompt, 'close').then(() => 'no');
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `).catch(() => 'no'), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}

/** Goes on only where a person says yes, or has said so with --yes. */
export async function agree(question: string, isAgreed = false, otherwise = 'Nothing was changed.'): Promise<void> {
  const agreed = isAgreed || (await confirm(question));
  if (agreed) return;
  throw new Fatal(agreed === false ? otherwise : `There is no terminal to ask on: add --yes. ${otherwise}`);
}

/** A secret from the keyboard without echo, or the first line of a pipe. */
export function readSecret(question: string): Promise<string> {
  return process.stdin.isTTY ? typeSecret(question) : firstLine();
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n')) {
      break;
    }
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function typeSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true).setEncoding('utf8').resume();
  return new Promise((resolve, reject) => {
    let secret = '';
    const finish = (end: () => void) => {
      stdin.off('data', onData).setRawMode(false).pause();
      stderr.write('\n');
      end();
    };
    const onData = (typed: string) => {
      for (const character of typed) {
        if (character === '\r' || character === '\n' || character === '\x04') {
          return finish(() => resolve(secret));
        }
        if (character === '\x03') {
          return finish(() => reject(new Fatal('Stopped; nothing was changed.', 130)));
        }
        if (character === '\x7f' || character === '\b') {
          secret = Array.from(secret).slice(0, -1).join('');
        } else if (character >= ' ') {
          secret += character;
        }
      }
    };
    stdin.on('data', onData);
  });
}
