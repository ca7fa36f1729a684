import { constants } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import { STOP_LIMIT_MS } from './base/stop-budget.ts';
import { parseCommandLine } from './cli/command-line.ts';
import { EXIT } from './cli/exit-status.ts';
import { helpText } from './cli/help.ts';
import type { LogLevel } from './config/config.ts';
import { ENV_FILE_VARIABLE } from './config/setting.ts';
import { createLogger, logStyle, type LeveledLogger } from './status/logger.ts';
import { logRefusal } from './status/refusal.ts';

/** The other entry point: beside this one in the sources, and in the compiled executable. */
const FRAME_THREAD_URL = new URL('./frame-thread.ts', import.meta.url).href;

const stop = new AbortController();
const kill = new AbortController();

process.exit(await main());

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  const { version } = packageJson;
  try {
    const line = parseCommandLine(process.argv.slice(2));
    if (line.help) return print(helpText(version));
    if (line.version) return print(`cosmos-video-builder ${version}`);
    return await line.command.run({
      version,
      env: process.env,
      flags: line.flags,
      commandFlags: line.commandFlags,
      print,
      createLog: stderrLog,
      stop: stop.signal,
      kill: kill.signal,
      onReload,
      frameThreadUrl: FRAME_THREAD_URL,
    });
  } catch (error) {
    // Faults whose cause is outside need no stack trace; any other is a bug of ours and crashes loudly.
    const fault = logRefusal(
      error,
      stderrLog('warn', (text) => text),
    );
    return fault === 'settings' ? EXIT.settings : EXIT.bad;
  }
}

/** The first signal asks for an orderly end; a second one, or a hang, ends the program at once. */
function onSignal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
  if (stop.signal.aborted) exitNow(128 + constants.signals[signal]);
  stop.abort();
  setTimeout(() => exitNow(EXIT.good), STOP_LIMIT_MS);
}

/** Without a file of settings there is nothing to read again: the hang-up then is that of a terminal that was closed. */
function onReload(reload: () => void): void {
  process.on('SIGHUP', process.env[ENV_FILE_VARIABLE] ? reload : () => onSignal('SIGHUP'));
}

function exitNow(status: number): never {
  kill.abort();
  process.exit(status);
}

function stderrLog(level: LogLevel, redact: (text: string) => string): LeveledLogger {
  const style = logStyle(process.env, process.stderr.isTTY);
  return createLogger({ level, style, redact, output: process.stderr });
}

function print(line: string): number {
  process.stdout.write(`${line}\n`);
  return EXIT.good;
}
