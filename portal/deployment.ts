// What anybody may know of this deployment.
interface Deployment {
  registration: string[];
  doctor_access: 'all' | 'assigned';
  has_administrator: boolean;
}
const fetchJson = async (path: string) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
};
export const loadDeployment = async (): Promise<Deployment> => {
  const [{ registration, doctor_access }, { has_administrator }] = await Promise.all([
    fetchJson('/'),
    fetchJson('/readyz'),
  ]);
  return { registration, doctor_access, has_administrator };
};
