// A patient record: its fields, what PUT and PATCH do to them, and the age that a date of birth gives.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner } = w.people;
const { as } = app;

describe('a patient', () => {
  const make = async (fields: Json = {}) =>
    (await as(owner, 'POST', '/api/patients/', { name: 'Jane', ...fields })).body as Json;
  const full = {
    ...{ age: 30, gender: 'female', phone: '555', email: 'jane@example.com' },
    ...{ address: '1 Elm Street', medical_history: 'None' },
  };

  test('answers with every field, and null for those it does not have', async () => {
    const { id, created_at, updated_at, ...rest } = await make();
    expect(rest).toEqual({
      ...{ name: 'Jane', user_id: null, created_by: owner.id, age: null, date_of_birth: null, gender: null },
      ...{ phone: null, email: null, address: null, medical_history: null },
    });
    expect(Number.isInteger(id)).toBe(true);
    for (const time of [created_at, updated_at])
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  });

  test('keeps on PUT what was not sent, and clears what is null', async () => {
    const { id } = await make(full);
    const path = `/api/patients/${id}/`;
    const kept = await as(owner, 'PUT', path, { name: 'Janet' });
    expect(kept.body).toMatchObject({ ...full, name: 'Janet' });
    const cleared = await as(owner, 'PUT', path, { name: 'Janet', phone: null, age: null, gender: null });
    expect(cleared.body).toMatchObject({ ...full, phone: null, age: null, gender: null });
    const blank = await as(owner, 'PUT', path, { name: 'Janet', address: '', email: '', medical_history: '  ' });
    expect(blank.body).toMatchObject({ address: null, email: null, medical_history: null });
  });

  test('needs a name on PUT, needs nothing on PATCH, and never loses its name', async () => {
    const { id } = await make(full);
    expect((await as(owner, 'PUT', `/api/patients/${id}/`, full)).body.errors).toHaveProperty('name');
    for (const method of ['PUT', 'PATCH'])
      for (const name of [null, '', ' '])
        expect((await as(owner, method, `/api/patients/${id}/`, { name })).status).toBe(400);
    const { updated_at: _, ...same } = await make(full);
    const answer = await as(owner, 'PATCH', `/api/patients/${same.id}/`, {});
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(same);
  });

  test('has the age that the date of birth gives, whatever age is sent beside it', async () => {
    const year = new Date().getUTCFullYear();
    const made = await make({ age: 99, date_of_birth: `${year - 40}-01-01` });
    expect(made).toMatchObject({ age: 40, date_of_birth: `${year - 40}-01-01` });
    const path = `/api/patients/${made.id}/`;
    expect((await as(owner, 'PATCH', path, { age: 99 })).body.age).toBe(40);
    expect((await as(owner, 'PUT', path, { name: 'Jane', age: 99 })).body.age).toBe(40);
    expect((await as(owner, 'PUT', path, { name: 'Jane', age: 99, date_of_birth: `${year - 1}-01-01` })).body.age).toBe(
      1,
    );
    expect((await as(owner, 'GET', '/api/patients/')).body.find(({ id }: Json) => id === made.id).age).toBe(1);
    const cleared = await as(owner, 'PATCH', path, { date_of_birth: null });
    expect(cleared.body).toMatchObject({ age: null, date_of_birth: null });
    expect((await as(owner, 'PUT', path, { name: 'Jane', age: 50 })).body.age).toBe(50);
    const both = await as(owner, 'PUT', path, { name: 'Jane', age: 51, date_of_birth: null });
    expect(both.body).toMatchObject({ age: 51, date_of_birth: null });
  });

  test('has its birthday on the day', async () => {
    const born = (days: number) => {
      const date = new Date(Date.now() + days * 86_400_000);
      return `${date.getUTCFullYear() - 30}${date.toISOString().slice(4, 10)}`.replace('02-29', '02-28');
    };
    expect((await make({ date_of_birth: born(0) })).age).toBe(30);
    expect((await make({ date_of_birth: born(-1) })).age).toBe(30);
    expect((await make({ date_of_birth: born(1) })).age).toBe(29);
  });

  test('has one of four genders, in any case', async () => {
    for (const gender of ['male', 'Female', 'OTHER', 'unknown'])
      expect((await make({ gender })).gender).toBe(gender.toLowerCase());
    expect((await as(owner, 'POST', '/api/patients/', { name: 'Jane', gender: 'none' })).status).toBe(400);
  });
});
