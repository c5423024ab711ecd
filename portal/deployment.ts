// What anybody may know of this deployment.
interface Service {
  registration: string[];
  doctor_access: 'all' | 'assigned';
}
interface Readiness {
  has_administrator: boolean;
}
const fetchJson = async (path: string) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
};
export const loadService = (): Promise<Service> => fetchJson('/');
export const loadReadiness = (): Promise<Readiness> => fetchJson('/readyz');
