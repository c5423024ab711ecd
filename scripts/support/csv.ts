// Writes CSV as RFC 4180 has it, for a spreadsheet as well: what begins like a formula is text there.

/** A cell; null is empty. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line with its end. */
export const csvLine = (values: unknown[]): string => `${values.map(cell).join(',')}\r\n`;
