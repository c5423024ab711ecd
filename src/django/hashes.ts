// Password hashes that Django made. They are one call of PBKDF2, of more rounds than Workers compute by themselves:
// `pbkdf2_sha256$600000$salt$hash`. @noble/hashes takes up to two seconds for one in JavaScript. It happens once for
// each account that came from there.
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';

const digests = { pbkdf2_sha1: sha1, pbkdf2_sha256: sha256 };
/** No Django uses more, and a request would take too long. */
const maxIterations = 2_000_000;

/**
 * null for what Django did not make. The salt and the hash may be missing: app.decoy() tells only how long one takes.
 */
export const parseDjangoHash = (stored: string) => {
  const [, digest, iterations, salt = '', hash = ''] =
    /^(pbkdf2_sha(?:1|256))\$(\d{1,7})(?:\$([^$]*)\$([\w+/=]+))?$/.exec(stored) ?? [];
  if (!digest || !iterations || Number(iterations) < 1 || Number(iterations) > maxIterations) return null;
  return { digest: digests[digest as keyof typeof digests], iterations: Number(iterations), salt, hash };
};

const encoder = new TextEncoder();
export const deriveDjangoHash = (
  password: string,
  { digest, iterations, salt }: NonNullable<ReturnType<typeof parseDjangoHash>>,
) => pbkdf2(digest, encoder.encode(password), encoder.encode(salt), { c: iterations, dkLen: digest.outputLen });
