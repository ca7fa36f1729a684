import { SKIP_CAUSES, type SkippedPictures } from '../../src/base/output-state.ts';

/** A line of the program's log. */
export interface LogLine {
  /** By the clock of the machine, since 1970. */
  readonly atMs: number;
  readonly level: string;
  readonly text: string;
}

/** What has become of all frames since the start. */
export interface Totals {
  readonly source: number;
  readonly unique: number;
  readonly dup: number;
  readonly dropped: number;
  /** What `dropped` is the sum of. */
  readonly causes: Readonly<Record<DropWord, number>>;
  readonly wrong: number;
  readonly lost: number;
  readonly waiting: number;
  readonly encoded: number;
}

const DROP_WORDS = ['trimmed', 'replaced', 'unsent', 'passed over'] as const;
type DropWord = (typeof DROP_WORDS)[number];

/** What has become of the video at one output. */
export interface OutputTotals {
  readonly name: string;
  readonly sent: number;
  readonly skipped: SkippedPictures;
}

/** What the report line says of an interval. */
export interface Report {
  readonly unique: number;
  /** Absent where there was no new frame, or nobody knows. */
  readonly oldestMs?: number;
  readonly lateTicks: number;
}

/** All that the debug lines of one moment say. */
export interface Account {
  readonly atMs: number;
  readonly totals: Totals;
  readonly outputs: readonly OutputTotals[];
}

const LINE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\w+) +(.*)$/;
const TOTALS = new RegExp(
  [
    /^since the start: source (\d+), unique (\d+), dup (\d+), dropped (\d+)/,
    / \(trimmed (\d+), replaced (\d+), unsent (\d+), passed over (\d+)\)/,
    /, wrong (\d+), lost on the way (\d+), waiting (-?\d+), encoded (\d+)$/,
  ]
    .map(({ source }) => source)
    .join(''),
);
const OUTPUT = new RegExp(
  [
    /^output (.+): attempts \d+, viewers \d+, pictures sent (\d+)/,
    /, skipped (\d+) \(away (\d+), slow (\d+), broken (\d+), standby (\d+)\)/,
  ]
    .map(({ source }) => source)
    .join(''),
);
const REPORT =
  / \| out [\d.]+ fps, .* \| unique (\d+), .* \| backlog age (?:-|\d+) ms(?: \(max (\d+)\))?, late ticks (\d+) \|/;

/** @returns undefined where it is no line of the log, as what the runtime says of a crash */
export function parseLine(line: string): LogLine | undefined {
  const [, time = '', level = '', text = ''] = LINE.exec(line) ?? [];
  return time === '' ? undefined : { atMs: Date.parse(time), level, text };
}

/** @returns undefined where the text is another one */
export function parseTotals(text: string): Totals | undefined {
  const found = TOTALS.exec(text);
  if (!found) return undefined;
  const [source = 0, unique = 0, dup = 0, dropped = 0, ...others] = found.slice(1).map(Number);
  const [trimmed = 0, replaced = 0, unsent = 0, passedOver = 0, ...rest] = others;
  const [wrong = 0, lost = 0, waiting = 0, encoded = 0] = rest;
  const causes = { trimmed, replaced, unsent, 'passed over': passedOver };
  return { source, unique, dup, dropped, causes, wrong, lost, waiting, encoded };
}

/**
 * @returns undefined where the text is another one
 * @throws Error where the causes do not add up to what was skipped
 */
export function parseOutput(text: string): OutputTotals | undefined {
  const [, name, ...numbers] = OUTPUT.exec(text) ?? [];
  if (name === undefined) return undefined;
  const [sent = 0, all = 0, away = 0, slow = 0, broken = 0, standby = 0] = numbers.map(Number);
  const skipped = { away, slow, broken, standby };
  if (all !== skippedSum(skipped)) throw new Error(`the causes do not add up: ${text}`);
  return { name, sent, skipped };
}

export function skippedSum(skipped: SkippedPictures): number {
  return SKIP_CAUSES.reduce((sum, cause) => sum + skipped[cause], 0);
}

/** @returns undefined where the text is another one */
export function parseReport(text: string): Report | undefined {
  const found = REPORT.exec(text);
  if (!found) return undefined;
  const [, unique, oldest, lateTicks] = found;
  return {
    unique: Number(unique),
    lateTicks: Number(lateTicks),
    ...(oldest !== undefined && { oldestMs: Number(oldest) }),
  };
}

/** The accounts of a log in turn: those of the outputs follow on that of the frames. */
export function accountsOf(lines: readonly LogLine[]): Account[] {
  const accounts: { atMs: number; totals: Totals; outputs: OutputTotals[] }[] = [];
  for (const { atMs, text } of lines) {
    const totals = parseTotals(text);
    if (totals) accounts.push({ atMs, totals, outputs: [] });
    const output = parseOutput(text);
    if (output) accounts.at(-1)?.outputs.push(output);
  }
  return accounts;
}
