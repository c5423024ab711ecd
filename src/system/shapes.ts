// What the service answers about itself.
import * as z from 'zod';
import { registrableRoles } from '../config.ts';

// Anybody can find these out by trying, so that they are no secret.
export const warningCodes = ['registration_unset', 'limiter_missing', 'mail_unset'] as const;

const text = z.string();
export const serviceShape = z
  .object({
    name: text,
    version: text,
    registration: z.array(z.enum(registrableRoles)).describe('who may register without an invitation'),
    doctor_access: z.enum(['all', 'assigned']).describe('which patients an approved doctor sees'),
    links: z.record(text, text).describe('paths by what is there'),
  })
  .meta({
    id: 'Service',
    examples: [
      { name: 'wardbook', version: '1.0.0', registration: ['patient'], doctor_access: 'all', links: { docs: '/docs' } },
    ],
  });
export const healthShape = z.object({ status: z.literal('ok') }).meta({ id: 'Health', examples: [{ status: 'ok' }] });
export const readinessShape = healthShape
  .extend({
    has_administrator: z.boolean().describe('false: one has to be made on the command line first'),
    warnings: z.array(z.enum(warningCodes)).describe('what should be set, or bound, and is not'),
  })
  .meta({ id: 'Readiness', examples: [{ status: 'ok', has_administrator: true, warnings: [] }] });
