// Times, numbers and names as the browser's language writes them.
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
// a date of birth is a day wherever one is
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const number = new Intl.NumberFormat();

export const count = (many: number) => number.format(many);
/** "1 patient", "1,204 patients". */
export const counted = (many: number, one: string, more = `${one}s`) => `${count(many)} ${many === 1 ? one : more}`;

export const Time = ({ at }: { at: string }) => <time datetime={at}>{dateTime.format(new Date(at))}</time>;
export const Day = ({ on }: { on: string | null }) =>
  on === null ? <None /> : <time datetime={on}>{dateOnly.format(new Date(on))}</time>;
/** In pieces between which a line may break, where a word is longer than a column should be: an email above all. */
const breakable = (text: string) =>
  (text.match(/[^\s@]{1,24}@?|\s+|@/gu) ?? []).flatMap((piece, place) =>
    place ? [<wbr key={place} />, piece] : [piece],
  );
/** A name in whatever script, which does not turn round what stands beside it. */
export const Name = ({ of }: { of: string }) => <bdi>{breakable(of)}</bdi>;
/** What nobody has said. */
export const None = () => (
  <span class="none">
    <span aria-hidden="true">—</span>
    <span class="hidden">none</span>
  </span>
);
export const Text = ({ of }: { of: string | number | null | undefined }) =>
  of === null || of === undefined || of === '' ? <None /> : <bdi>{breakable(String(of))}</bdi>;

/** "medical_history" as a person reads it. */
export const humanize = (name: string) => {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
