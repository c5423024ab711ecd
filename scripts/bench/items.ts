// Lists what is measured: for each item the requests that a client sends, one after the other, over and over.
export const items = ['get', 'list', 'create', 'update', 'assign', 'login', 'refresh'] as const;
export type Item = (typeof items)[number];

/** `sync`, of which only `--neon` measures anything, is the first page of a phone that has nothing: the most statements. */
export type AnyItem = Item | 'sync';

export const titles: Record<AnyItem, string> = {
  get: 'get one',
  list: 'list of 50',
  create: 'create',
  update: 'update',
  assign: 'assign + unassign',
  login: 'login',
  refresh: 'refresh',
  sync: 'sync',
};

/** One client: an account with a session and records of its own. */
export interface Plan {
  item: AnyItem;
  email: string;
  password: string;
  token: string;
  refresh: string;
  /** Where it is used, and what an account is logged in by: for Django otherwise than for the rest. */
  refreshAt: string;
  logsInBy: 'email' | 'username';
  patient: number;
  doctor: number;
  address: string;
}

export interface Sent {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
}
export interface Answered {
  id?: number;
  refresh?: string;
}
interface Step {
  request(): Sent;
  answered?(body: Answered): void;
}

export const patient = {
  name: 'Eleni García',
  age: 47,
  gender: 'female',
  phone: '+1 555 0100',
  email: 'eleni@patients.example',
  address: '12 Juniper Street',
  medical_history: 'Hypertension, penicillin allergy',
};
export const corrected = { ...patient, age: 48, phone: '+1 555 0101', medical_history: 'Hypertension' };

export const requestsOf = (plan: Plan): Step[] => {
  const { item, email, doctor, address, token } = plan;
  const sent = (method: Sent['method'], path: string, body?: object): Sent => ({
    method,
    path,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
      'CF-Connecting-IP': address,
      'User-Agent': 'bench',
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const always = (...given: Parameters<typeof sent>): Step[] => [{ request: () => sent(...given) }];
  const one = `/api/patients/${plan.patient}/`;
  switch (item) {
    case 'get':
      return always('GET', one);
    case 'list':
      return always('GET', '/api/patients/');
    case 'sync':
      return always('GET', '/api/sync/');
    case 'create':
      return always('POST', '/api/patients/', patient);
    case 'update':
      return always('PUT', one, corrected);
    case 'login':
      return always('POST', '/api/auth/login/', { [plan.logsInBy]: email, password: plan.password });
    case 'assign': {
      let mapping = 0;
      return [
        {
          request: () => sent('POST', '/api/mappings/', { patient: plan.patient, doctor }),
          answered: ({ id = 0 }) => {
            mapping = id;
          },
        },
        { request: () => sent('DELETE', `/api/mappings/${mapping}/`) },
      ];
    }
    case 'refresh': {
      let { refresh } = plan;
      return [
        {
          request: () => sent('POST', plan.refreshAt, { refresh }),
          answered: (body) => {
            // where tokens do not rotate it is used again
            refresh = body.refresh ?? refresh;
          },
        },
      ];
    }
  }
};
