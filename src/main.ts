import { constants } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import { check } from './commands/check.ts';
import { run } from './commands/run.ts';
import { source } from './commands/source.ts';
import { parseCommandLine, type CommandLine } from './config/command-line.ts';
import type { LogLevel } from './config/config.ts';
import { helpText } from './config/help.ts';
import { parseConfig, parseSourceConfig } from './config/parse-config.ts';
import { redact, redactionsFor } from './config/redact.ts';
import { parseSourceOptions } from './config/source-options.ts';
import { ConfigError, EncoderError } from './errors.ts';
import { createLogger, logStyle, type Logger } from './observe/logger.ts';

const EXIT_GOOD = 0;
const EXIT_BAD = 1;
/** EX_CONFIG of sysexits.h: systemd does not start us again for it. */
const EXIT_CONFIG = 78;
/** After the word to stop, the program is gone within 5 s whatever hangs. */
const STOP_LIMIT_MS = 4_500;

/** The other entry point: beside this one in the sources, and in the compiled executable. */
const FRAME_THREAD_URL = new URL('./frame-thread.ts', import.meta.url).href;

const stop = new AbortController();
const kill = new AbortController();

process.exit(await main());

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  try {
    const line = parseCommandLine(process.argv.slice(2));
    if (line.help) return print(helpText(packageJson.version));
    if (line.version) return print(`cosmos-video-builder ${packageJson.version}`);
    return await runCommand(line);
  } catch (error) {
    return failed(error);
  }
}

async function runCommand(line: CommandLine): Promise<number> {
  switch (line.command) {
    case 'run': {
      const { config, warnings } = parseConfig(process.env, line.flags);
      const secrets = redactionsFor(config.destination, config.redis.password);
      const log = stderrLogger(config.logLevel, secrets, warnings);
      const signals = { stop: stop.signal, kill: kill.signal };
      await run(config, log, { version: packageJson.version, signals, frameThreadUrl: FRAME_THREAD_URL });
      log.info('stopped');
      return EXIT_GOOD;
    }
    case 'check': {
      const { config, warnings } = parseConfig(process.env, line.flags);
      const secrets = redactionsFor(config.destination, config.redis.password);
      stderrLogger(config.logLevel, secrets, warnings);
      const isGood = await check(config, (text) => print(redact(text, secrets)));
      return isGood ? EXIT_GOOD : EXIT_BAD;
    }
    case 'source': {
      const { config, warnings } = parseSourceConfig(process.env, line.flags);
      const options = parseSourceOptions(line.commandFlags, config.frameRate);
      await source(
        config,
        options,
        stderrLogger(config.logLevel, [config.redis.password ?? ''], warnings),
        stop.signal,
      );
      return EXIT_GOOD;
    }
  }
}

/** The first signal asks for an orderly end; a second one, or a hang, ends the program at once. */
function onSignal(signal: 'SIGINT' | 'SIGTERM'): void {
  if (stop.signal.aborted) exitNow(128 + constants.signals[signal]);
  stop.abort();
  setTimeout(() => exitNow(EXIT_GOOD), STOP_LIMIT_MS);
}

function exitNow(status: number): never {
  kill.abort();
  process.exit(status);
}

function stderrLogger(level: LogLevel, secrets: readonly string[], warnings: readonly string[]): Logger {
  const log = createLogger({
    level,
    style: logStyle(process.env, process.stderr.isTTY),
    redact: (text) => redact(text, secrets),
    output: process.stderr,
  });
  for (const warning of warnings) log.warn(warning);
  return log;
}

/** Faults whose cause is outside need no stack trace; any other is a bug of ours and crashes loudly. */
function failed(error: unknown): number {
  const log = stderrLogger('error', [], []);
  if (error instanceof ConfigError) {
    for (const fault of error.faults) log.error(fault);
    return EXIT_CONFIG;
  }
  if (!(error instanceof EncoderError)) throw error;
  log.error(error.message);
  return EXIT_BAD;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT_GOOD;
}
