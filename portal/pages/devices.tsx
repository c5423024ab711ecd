// Where one is signed in: each device, and how to sign it out.
import { answer, type Session } from '../../clients/typescript/dist/index.js';
import { ActionButton, showNotice } from '../kit/dialogs.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Time } from '../kit/words.tsx';
import { api } from '../session.ts';

const browsers = [
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Headless)?(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const;
const systems = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['Mac', /Macintosh/],
  ['Linux', /Linux|X11/],
] as const;
type BrowserPattern = readonly (readonly [name: string, is: RegExp])[];
const matchName = (known: BrowserPattern, device: string) => known.find(([, is]) => is.test(device))?.[0];
/** Browsers call themselves a sentence of what they are like; an app says its name. */
export const deviceLabel = (device: string | null): string => {
  if (!device) return 'A device without a name';
  if (!device.startsWith('Mozilla/')) return device;
  const [browser = 'A browser', system] = [matchName(browsers, device), matchName(systems, device)];
  return system ? `${browser} on ${system}` : browser;
};

export function Devices() {
  const devices = useLoaded(() => answer(api.auth.sessions.$get()), 'devices');
  const end = async ({ id, device }: Session) => {
    const ended = await api.auth.sessions[':id'].$delete({ param: { id } });
    // one that is gone already is what was wanted
    if (ended.status === 404) await ended.text();
    else await answer(ended);
    devices.again();
    showNotice(`${deviceLabel(device)} is signed out.`);
  };
  const endOthers = async () => {
    await answer(api.auth.sessions.$delete());
    devices.again();
    showNotice('You are signed out everywhere but here.');
  };
  return (
    <section>
      <h2>Devices</h2>
      <Show loaded={devices}>
        {(all) => (
          <>
            <ul class="plain">
              {all.map((one) => (
                <li key={one.id}>
                  <span>
                    <bdi>{deviceLabel(one.device)}</bdi>
                    {one.current && <strong> · this one</strong>}
                    <br />
                    <small>
                      Signed in <Time at={one.created_at} />, used last <Time at={one.last_used_at} />
                    </small>
                  </span>
                  {!one.current && <ActionButton label={`Sign out ${deviceLabel(one.device)}`} act={() => end(one)} />}
                </li>
              ))}
            </ul>
            {all.length > 1 && <ActionButton label="Sign out everywhere else" act={endOthers} />}
          </>
        )}
      </Show>
    </section>
  );
}
