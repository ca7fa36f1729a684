import { createConsola, type ConsolaReporter, type LogType } from 'consola';
import { visibleLines } from '../base/visible-text.ts';
import type { LogLevel } from '../config/config.ts';

/** The four things that the program has to say; every message is one sentence for an operator. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A log whose level may change while the program runs. */
export interface LeveledLogger extends Logger {
  setLevel(level: LogLevel): void;
}

/**
 * terminal: coloured; journal: one line each with its priority, no time, which journald adds itself; plain: time and
 * level in words, for a file or another program.
 */
export type LogStyle = 'terminal' | 'journal' | 'plain';

interface LoggerOptions {
  readonly level: LogLevel;
  readonly style: LogStyle;
  /** Takes what must not be seen out of every message. */
  readonly redact: (message: string) => string;
  readonly output: NodeJS.WriteStream;
}

/** consola's numbers for our levels. */
const CONSOLA_LEVELS: Record<LogLevel, number> = { error: 0, warn: 1, info: 3, debug: 4 };

/**
 * Writes through consola to `output`; never throws. A line break in a message begins another line of it: texts from outside
 * have theirs written out where they come in. Every other control character in it is written out here.
 */
export function createLogger({ level, style, redact, output }: LoggerOptions): LeveledLogger {
  const write = (text: string) => void output.write(text);
  const consola = createConsola({
    level: CONSOLA_LEVELS[level],
    stdout: output,
    stderr: output,
    // Its throttle swallows repeated messages; ours are limited where they arise, with a count.
    throttle: 0,
    ...(style === 'terminal' ? { fancy: true, formatOptions: { date: true, colors: true } } : {}),
    ...(style === 'journal' ? { reporters: [journalReporter(write)] } : {}),
    ...(style === 'plain' ? { reporters: [plainReporter(write)] } : {}),
  });
  // First redacted: a secret that was written out would not be known again.
  const shown = (message: string) => visibleLines(redact(message));
  return {
    debug: (message) => consola.debug(shown(message)),
    info: (message) => consola.info(shown(message)),
    warn: (message) => consola.warn(shown(message)),
    error: (message) => consola.error(shown(message)),
    setLevel: (next) => {
      consola.level = CONSOLA_LEVELS[next];
    },
  };
}

/** Picks the style: under systemd JOURNAL_STREAM is set (systemd.exec(5)); else it depends on who reads. */
export function logStyle(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): LogStyle {
  if (env['JOURNAL_STREAM']) return 'journal';
  return isTerminal ? 'terminal' : 'plain';
}

/** `<n>` in front of a line is its syslog priority (sd-daemon(3)); a line break would begin another entry. */
function journalReporter(write: (text: string) => void): ConsolaReporter {
  return {
    log: ({ type, args }) => {
      for (const line of linesOf(args)) write(`<${syslogPriority(type)}>${line}\n`);
    },
  };
}

function plainReporter(write: (text: string) => void): ConsolaReporter {
  return {
    log: ({ type, args, date }) => {
      for (const line of linesOf(args)) write(`${date.toISOString()} ${type.padEnd(5)} ${line}\n`);
    },
  };
}

function linesOf(args: readonly unknown[]): string[] {
  return args.map(String).join(' ').split('\n');
}

function syslogPriority(type: LogType): number {
  if (type === 'error' || type === 'fatal') return 3;
  if (type === 'warn') return 4;
  return type === 'debug' ? 7 : 6;
}
