import type { PastFault } from './fault-run.ts';
import { areaOf, type Area } from './faults.ts';
import type { LogLine } from './program-lines.ts';

/** Which faults an error may come of. */
interface Cause {
  readonly pattern: RegExp;
  readonly areas: readonly Area[];
}

/** An error is said as late as this after the fault is over, where the program waits before it tries again. */
const LATEST_MS = 35_000;

/** The outputs by what is at fault where they fail; each the name in the log. */
export interface OutputNames {
  readonly first: string;
  readonly second: string;
  readonly recorder: string;
}

/** @returns the errors that no fault of that time explains, each form once with how often it came */
export function unexplainedErrors(
  errors: readonly (LogLine & { readonly monotonicMs: number })[],
  faults: readonly PastFault[],
  names: OutputNames,
): Map<string, number> {
  const found = new Map<string, number>();
  const causes = causesOf(names);
  for (const { text, monotonicMs } of errors) {
    const areas = causes.find(({ pattern }) => pattern.test(text))?.areas ?? [];
    const isExplained = faults.some(
      ({ fault, beginMs, endMs }) =>
        areas.includes(areaOf(fault)) && beginMs <= monotonicMs && endMs + LATEST_MS >= monotonicMs,
    );
    if (!isExplained) found.set(form(text), (found.get(form(text)) ?? 0) + 1);
  }
  return found;
}

function causesOf({ first, second, recorder }: OutputNames): readonly Cause[] {
  return [
    { pattern: /^Redis at /, areas: ['redis'] },
    { pattern: /ffmpeg failed|encoder with the new settings failed/, areas: ['ffmpeg'] },
    { pattern: failed(first), areas: ['first link'] },
    { pattern: failed(second), areas: ['second link'] },
    { pattern: failed(recorder), areas: ['disk'] },
    { pattern: /COSMOS_VIDEO_|settings that were read again are not good/, areas: ['settings'] },
  ];
}

/** What is said where an output fails; another one's name may begin in the same way. */
function failed(name: string): RegExp {
  return new RegExp(`(stream|recording) to ${RegExp.escape(name)}(:| failed| has stopped| is not possible)`);
}

/** The same words with other numbers are the same error; addresses keep theirs. */
function form(text: string): string {
  return text.replaceAll(/(?<![\d.:])\d+(?:\.\d+)?(?![\d.:])/g, 'N');
}
