// Emergencies, where DOCTOR_ACCESS is "assigned": a doctor looks a patient up and opens the one record, and administrators
// review each. What the limits are and what a doctor then sees, PostgreSQL says: app.open_emergency_access().
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { respondWithPage } from '../http/pages.ts';
import { auditRefusals } from '../http/refusals.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import {
  emergencyListParams,
  listEmergencies,
  lookUpPatients,
  openEmergencyAccess,
  reviewEmergency,
} from './queries.ts';
import { emergencyAccess, emergencyReason, emergencyReview, foundPatient, lookup } from './table.ts';

export const lookupRoutes = new Hono<Env>({ strict: false }).post(
  '/lookup-patient',
  route({
    summary: 'Look a patient up in an emergency',
    detail:
      'By the whole name and the date of birth, of all patients there are: the 20 oldest records. 20 times a day; each ' +
      'time leaves an entry in the trail of those who are found. 409 where doctors see all patients.',
    roles: ['doctor'],
    answers: { 200: z.array(foundPatient) },
    problems: ['already_accessible', 'too_many_requests'],
  }),
  json(lookup),
  async (c) => {
    const [rows] = await queryAsApi(c, lookUpPatients(c.req.valid('json')));
    return c.json(rows);
  },
);

export const emergencyRoutes = new Hono<Env>({ strict: false }).post(
  '/:id/emergency-access',
  route({
    summary: 'Open a record in an emergency',
    detail:
      'For four hours, of a patient whom the same doctor has looked up within the hour. It opens `GET` of that ' +
      'record and nothing else. The patient and the administrators see it, with the reason. Five a day.',
    roles: ['doctor'],
    answers: { 201: emergencyAccess },
    problems: ['already_accessible', 'too_many_requests'],
  }),
  byId,
  auditRefusals,
  json(emergencyReason),
  async (c) => {
    const [rows] = await queryAsApi(c, openEmergencyAccess({ ...c.req.valid('param'), ...c.req.valid('json') }));
    c.set('mailed', true);
    return c.json(requireRow(rows), 201);
  },
);

export const emergencyReviewRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'List emergency accesses',
      detail: 'Which doctor opened which record without being assigned, and why.',
      roles: admins,
      answers: { 200: z.array(emergencyReview) },
    }),
    emergencyListParams,
    (c) => respondWithPage(c, listEmergencies, c.req.valid('query')),
  )
  .post(
    '/:id/review',
    route({
      summary: 'Review an emergency access',
      detail: 'Says that an administrator has looked into it. Whoever did so first stays.',
      roles: admins,
      answers: { 200: emergencyReview },
    }),
    byId,
    async (c) => {
      const [, rows] = await queryAsApi(c, reviewEmergency(c.req.valid('param')));
      return c.json(requireRow(rows));
    },
  );
