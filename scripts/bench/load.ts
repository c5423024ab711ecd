// Sends the requests with autocannon and times the answers, in a process of its own, so that its CPU counts for
// nobody.
import autocannon, { type Client, type Request } from 'autocannon';
import { answerCalls } from './children.ts';
import { type Answered, type Plan, requestsOf } from './items.ts';

export interface Load {
  url: string;
  plans: Plan[];
  /** Seconds, or a number of requests. An amount ends cleanly: nothing is left under way. */
  duration?: number;
  amount?: number;
}
export interface Measured {
  requests: number;
  seconds: number;
  p50: number;
  p99: number;
}

const run = async ({ url, plans, duration, amount }: Load): Promise<Measured> => {
  const times: number[] = [];
  let refused: string | undefined;
  let next = 0;
  let last = 0;
  const requestsFor = (plan: Plan): Request[] => {
    const flow = requestsOf(plan);
    return flow.map(({ request, answered }) => ({
      setupRequest: (given: Request): Request => ({ ...given, ...request() }),
      onResponse: (status: number, body: string) => {
        if (status < 200 || status > 299) refused ??= `${plan.item} was answered ${status}: ${body.slice(0, 500)}`;
        else answered?.(parse(body));
      },
    }));
  };
  const options = {
    url,
    connections: plans.length,
    timeout: 60,
    sampleInt: 100,
    ...(amount === undefined ? { duration: duration ?? 1 } : { amount }),
    setupClient: (client: Client) => {
      client.setRequests(requestsFor(plans[next++] as Plan));
      client.on('response', (_status: number, _bytes: number, milliseconds: number) => {
        times.push(milliseconds);
        last = performance.now();
      });
    },
  };
  const started = performance.now();
  const { errors, timeouts } = await autocannon(options);
  if (refused) throw new Error(refused);
  if (errors + timeouts > 0) throw new Error(`${plans[0]?.item}: ${errors} errors, ${timeouts} of them timeouts`);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { requests: times.length, seconds: (last - started) / 1000, p50: at(0.5), p99: at(0.99) };
};

const parse = (body: string): Answered => (body === '' ? {} : JSON.parse(body));

const methods = { run };
export type LoadMethods = typeof methods;
answerCalls(methods);
