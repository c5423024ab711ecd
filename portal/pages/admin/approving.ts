// Which doctors may see patients.
import { answer } from '../../../clients/typescript/dist/index.js';
import { forgetLists } from '../../kit/lists.tsx';
import { api } from '../../session.ts';

export const setApproved = async (id: number, approved: boolean): Promise<void> => {
  const { approve, revoke } = api.admin.doctors[':id'];
  await answer((approved ? approve : revoke).$post({ param: { id } }));
  forgetLists();
};
