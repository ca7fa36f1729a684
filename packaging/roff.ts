import type { ManPage } from './man-pages.ts';

interface Edition {
  readonly version: string;
  /** Date of the version, as YYYY-MM-DD. */
  readonly date: string;
}

/**
 * What lowdown's roff lacks on a terminal: names that can be copied, since no line breaks in one, code that differs from
 * text and is indented, and tables no wider than they need be.
 */
const CORRECTIONS: readonly (readonly [RegExp, string])[] = [
  [/^\.TH .*$/gm, '$&\n.nr HY 0\n.ad l'],
  [/\\fC/g, String.raw`\fB`],
  [/^\.EX$/gm, '.RS 4\n.EX'],
  [/^\.EE$/gm, '.EE\n.RE'],
  [/^tab\(\|\) expand allbox;$/gm, 'tab(|) allbox;'],
];

/** The page in roff (man(7)), made by lowdown(1). Throws where that is missing or fails. */
export function roffFrom({ name, section, volume, markdown }: ManPage, { version, date }: Edition): string {
  const metadata = {
    title: name,
    section: `${section}`,
    date,
    source: `cosmos-video-builder ${version}`,
    volume,
  };
  const { stdout, stderr, success } = Bun.spawnSync(
    [
      ['lowdown', '-s', '-Tman', '--out-no-smarty', '--nroff-nolinks'],
      ['--parse-no-metadata', '--parse-no-intraemph', '--parse-no-super', '--parse-no-autolink'],
      Object.entries(metadata).map(([key, value]) => `-M${key}=${value}`),
    ].flat(),
    { stdin: Buffer.from(markdown) },
  );
  if (!success) throw new Error(`lowdown made no page of ${name}(${section}): ${stderr.toString()}`);
  const roff = stdout.toString().replaceAll(/^(?!\.).+$/gm, literal);
  return CORRECTIONS.reduce((text, [found, better]) => text.replaceAll(found, better), roff);
}

/** A - that is one, and a ' that is one: roff would make a hyphen and an apostrophe of them. */
function literal(line: string): string {
  return line.replaceAll(/(?<!\\)-/g, String.raw`\-`).replaceAll("'", String.raw`\(aq`);
}
