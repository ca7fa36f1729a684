/**
 * Variables of a file in the form that systemd's EnvironmentFile= has (systemd.exec(5)): `NAME=value` lines, comments with
 * `#` or `;`, values in single or double quotes, a backslash at the end to go on. Lines of no such form are passed over.
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const lines = text.replaceAll('\\\n', '').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1], unquoted((match[2] ?? '').trim())]];
    }),
  );
}

function unquoted(value: string): string {
  const single = /^'([^']*)'$/.exec(value)?.[1];
  if (single !== undefined) return single;
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  return (double ?? value).replace(/\\(.)/g, '$1');
}
