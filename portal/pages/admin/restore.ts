// Brings back what an administrator has just deleted.
import { answer } from '../../../clients/typescript/dist/index.js';
import { invalidateLists } from '../../kit/lists.tsx';
import { api } from '../../session.ts';

/** By the entry of the deletion, which is the newest of its kind for this record. */
export const restoreDeleted = async (resource: 'patient' | 'doctor', id: number): Promise<void> => {
  const query = { action: 'delete', resource, limit: 50 };
  const deletions = await answer(api.admin.audit.$get({ query }));
  const entry = deletions.find(({ resource_id }) => resource_id === id);
  if (!entry) throw new Error('The trail has no such deletion');
  await answer(api.admin.audit[':id'].restore.$post({ param: { id: entry.id } }));
  invalidateLists();
};
