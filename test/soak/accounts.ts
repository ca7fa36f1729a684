import { skippedSum, type Account, type OutputTotals, type Totals } from './program-lines.ts';

/** What the harness knows of what was written, to hold the program's count of it to. */
export interface Written {
  /** Entries that Redis has taken. */
  readonly taken: number;
  /** With those of which nobody knows whether it has. */
  readonly tried: number;
  /** How often Redis lost its data, or the stream was deleted. */
  readonly losses: number;
}

/**
 * What one loss of the data may take with it uncounted: what was written since the program last asked for the count, which it does
 * every 0.8 s, or what the stream can hold while the program has no connection; see `STREAM_LENGTH`.
 */
const MOST_UNCOUNTED_PER_LOSS = 100;
/**
 * What an ffmpeg that dies takes with it and nobody counts: repeated pictures that were in the pipe or in the encoder. A second
 * of them, where a pipe has room for a handful.
 */
const MOST_UNCOUNTED_PER_FFMPEG = 24;
/**
 * Of an output whose account does not begin with that of the frames: the two are told of in the same second, and it is not known
 * of up to three seconds of pictures yet whether they were sent.
 */
const MOST_UNDECIDED = 96;

/**
 * The frames: source = unique + dropped + wrong + lost on the way, with none that wait at the end.
 * @param ffmpegsLost how many ffmpegs have failed
 * @returns what does not add up, in words
 */
export function checkFrames(totals: Totals, written: Written, ffmpegsLost: number): string[] {
  const { source, unique, dup, dropped, causes, lost, waiting, encoded } = totals;
  const byCause = Object.values(causes).reduce((sum, count) => sum + count, 0);
  const least = written.taken - written.losses * MOST_UNCOUNTED_PER_LOSS;
  const handed = unique + dup + lost;
  const leastEncoded = Math.max(unique, handed - lost - ffmpegsLost * MOST_UNCOUNTED_PER_FFMPEG);
  return [
    // The program says of what it has read and not decided that it waits: one that it has lost sight of is among these.
    ...(waiting === 0 ? [] : [`${waiting} frames wait at the end`]),
    ...(dropped === byCause ? [] : [`dropped ${dropped}, but ${byCause} by cause`]),
    ...(source <= written.tried ? [] : [`source ${source}, but only ${written.tried} were written`]),
    ...(source >= least
      ? []
      : [`source ${source} of ${written.taken} that were written, with ${written.losses} losses of data`]),
    ...(encoded <= handed ? [] : [`encoded ${encoded}, but only ${handed} were handed to ffmpeg`]),
    ...(encoded >= leastEncoded
      ? []
      : [
          `encoded ${encoded} of ${handed}, of which ${lost} are lost, with ${ffmpegsLost} failures of ffmpeg`,
        ]),
  ];
}

/** An output with what is known of it. */
export interface OutputUse {
  readonly name: string;
  /** When it was taken out, put in or changed for the last time; absent where it was there all the time, and must add up exactly. */
  readonly changedMs?: number;
}

/** What was compared, and how it came out. */
export interface OutputCheck {
  readonly name: string;
  readonly compared: string;
  readonly faults: readonly string[];
}

/**
 * An output: encoded = sent + skipped. Where its account began again, or it was away for a while, only from there on.
 * @param accounts in the order of their times, the last one from after all outputs were closed
 */
export function checkOutput(accounts: readonly Account[], { name, changedMs }: OutputUse): OutputCheck {
  const last = accounts.at(-1);
  const output = last && find(last, name);
  if (!last || !output) return { name, compared: 'nothing', faults: [`${name} is not in the last account`] };
  const isWhole = changedMs === undefined || pictures(output) === last.totals.encoded;
  const base = isWhole ? undefined : baseAfter(accounts, name, changedMs);
  if (!isWhole && (!base || base.account === last)) {
    return { name, compared: 'nothing: it was changed shortly before the end', faults: [] };
  }
  const encoded = last.totals.encoded - (base?.account.totals.encoded ?? 0);
  const known = pictures(output) - (base ? pictures(base.output) : 0);
  const allowed = base ? MOST_UNDECIDED : 0;
  const isGood = Math.abs(encoded - known) <= allowed;
  return {
    name,
    compared: base
      ? `${encoded} encoded, ${known} sent or skipped since it was last changed`
      : `all: ${encoded} encoded, ${known} sent or skipped`,
    faults: isGood
      ? []
      : [`${name}: ${encoded} encoded, but ${known} sent or skipped, which may differ by ${allowed}`],
  };
}

/** Pictures of which it is known what became of them. */
function pictures({ sent, skipped }: OutputTotals): number {
  return sent + skippedSum(skipped);
}

function baseAfter(accounts: readonly Account[], name: string, afterMs: number) {
  for (const account of accounts) {
    const output = account.atMs > afterMs ? find(account, name) : undefined;
    if (output) return { account, output };
  }
  return undefined;
}

function find({ outputs }: Account, name: string): OutputTotals | undefined {
  return outputs.find((output) => output.name === name);
}
