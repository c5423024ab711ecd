// The Fastify server that Wardbook is compared with: the same API as a Node team would deploy it, with zod, a JWT
// plugin and Drizzle over Neon's driver.
import { writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import jwt from '@fastify/jwt';
import { DrizzleQueryError } from 'drizzle-orm';
import Fastify, { type FastifyRequest } from 'fastify';
import * as z from 'zod';
import { recordId } from '../../../src/http/fields.ts';
import { newPatient, patientPut } from '../../../src/patients/table.ts';
import { authRoutes } from './auth.ts';
import { assign, changePatient, createPatient, getPatient, listPatients, unassign } from './queries.ts';

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: { sub: string; sid: number; rot: number };
    user: { sub: string; sid: number; rot: number };
  }
}
declare module 'fastify' {
  interface FastifyContextConfig {
    roles?: string[];
  }
}

const { JWT_SECRET = '' } = process.env;
const app = Fastify({
  logger: true,
  genReqId: () => crypto.randomUUID(),
  bodyLimit: 256 * 1024,
  routerOptions: { ignoreTrailingSlash: true },
});
await app.register(helmet);
await app.register(cors, { origin: false });
await app.register(jwt, {
  secret: JWT_SECRET,
  sign: { iss: 'wardbook', aud: 'wardbook', expiresIn: 600 },
  verify: { algorithms: ['HS256'], allowedIss: 'wardbook', allowedAud: 'wardbook' },
});

app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
  const { data: value, error } = schema.safeParse(data);
  return error ? { error } : { value };
});
app.addHook('onRequest', async (request, reply) => {
  reply.header('X-Request-Id', request.id).header('Cache-Control', 'no-store');
  if (request.routeOptions.config.roles) await request.jwtVerify();
});
app.setErrorHandler((error, _request, reply) => {
  const { statusCode = 500 } = error instanceof DrizzleQueryError ? {} : (error as { statusCode?: number });
  reply.status(statusCode).type('application/problem+json').send({ status: statusCode });
});

const params = z.object({ id: z.coerce.number().int().positive() });
const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().optional(),
  sort: z.enum(['id', 'name', 'created_at']).default('id'),
  search: z.string().max(100).optional(),
});
const assignBody = z.strictObject({ patient: recordId, doctor: recordId });

const asker = (request: FastifyRequest) => ({
  actor: Number(request.user.sub),
  session: request.user.sid,
  requestId: request.id,
  roles: request.routeOptions.config.roles ?? [],
});
const everybody = { config: { roles: ['user', 'patient', 'doctor', 'admin'] } };
const owners = { config: { roles: ['user', 'admin'] } };

app.get<{ Params: z.output<typeof params> }>(
  '/api/patients/:id',
  { ...everybody, schema: { params } },
  async (request, reply) => {
    const [row] = await getPatient(asker(request), request.params.id);
    if (!row) return reply.status(404).send({ status: 404 });
    const { version, ...record } = row;
    reply.header('ETag', `"${version}"`);
    return record;
  },
);
app.get<{ Querystring: z.output<typeof page> }>(
  '/api/patients',
  { ...owners, schema: { querystring: page } },
  async (request) => {
    const rows = await listPatients(asker(request), request.query.limit);
    return rows.map(({ version, ...record }) => record);
  },
);
app.post<{ Body: z.output<typeof newPatient> }>(
  '/api/patients',
  { ...owners, schema: { body: newPatient } },
  async (request, reply) => {
    const [row] = await createPatient(asker(request), request.body);
    return reply.status(201).send(row);
  },
);
app.put<{ Params: z.output<typeof params>; Body: z.output<typeof patientPut> }>(
  '/api/patients/:id',
  { ...everybody, schema: { params, body: patientPut } },
  async (request, reply) => {
    const [row] = await changePatient(asker(request), request.params.id, request.body);
    return row ?? reply.status(404).send({ status: 404 });
  },
);
app.post<{ Body: z.output<typeof assignBody> }>(
  '/api/mappings',
  { ...owners, schema: { body: assignBody } },
  async (request, reply) => {
    const [row] = await assign(asker(request), request.body);
    return reply.status(201).send(row);
  },
);
app.delete<{ Params: z.output<typeof params> }>(
  '/api/mappings/:id',
  { ...owners, schema: { params } },
  async (request, reply) => {
    const rows = await unassign(asker(request), request.params.id);
    return reply.status(rows.length > 0 ? 204 : 404).send();
  },
);
await app.register(authRoutes);

await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
writeSync(3, `${JSON.stringify({ event: 'listen', port })}\n`);
process.once('SIGTERM', () => process.exit());
