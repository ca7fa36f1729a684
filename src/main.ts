import { constants } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import { SettingsSource } from './service/settings-source.ts';
import { parseCommandLine, type CommandLine } from './cli/command-line.ts';
import type { LogLevel } from './config/config.ts';
import { helpText } from './cli/help.ts';
import { parseConfig, parseTestSourceConfig } from './config/parse-config.ts';
import { redactor } from './config/redact.ts';
import { parseSourceOptions } from './cli/source-options.ts';
import { createLogger, logStyle, type Logger } from './status/logger.ts';
import { logRefusal } from './status/refusal.ts';
import { noServiceManager, type ServiceManager } from './base/service-manager.ts';
import { visibleText } from './base/visible-text.ts';

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

/** A command loads what it needs when it runs: the service has no use for ioredis' 16 MiB, the others for libc's calls. */
async function runCommand(line: CommandLine): Promise<number> {
  switch (line.command) {
    case 'run': {
      const { serve } = await import('./service/serve.ts');
      await serve({
        settings: new SettingsSource(process.env, line.flags),
        createLog: (config, redactText) => stderrLogger(config.log.level, redactText),
        manager: await findServiceManager(),
        version: packageJson.version,
        frameThreadUrl: FRAME_THREAD_URL,
        stop: stop.signal,
        kill: kill.signal,
        onReload,
      });
      return EXIT_GOOD;
    }
    case 'check': {
      const { config, warnings } = parseConfig(process.env, line.flags);
      const redactText = redactor(config.source.redis.password, config.output.destination);
      const log = stderrLogger(config.log.level, redactText);
      for (const warning of warnings) log.warn(warning);
      // It has nothing to finish, and whatever ffmpeg it asks ends with it.
      stop.signal.addEventListener('abort', () => exitNow(EXIT_BAD));
      const { check } = await import('./cli/check.ts');
      const result = await check(config, (text) => print(visibleText(redactText(text))));
      return { good: EXIT_GOOD, bad: EXIT_BAD, refused: EXIT_CONFIG }[result];
    }
    case 'source': {
      const { config, warnings } = parseTestSourceConfig(process.env, line.flags);
      const options = parseSourceOptions(line.commandFlags, config.pacing.frameRate);
      const log = stderrLogger(config.log.level, redactor(config.source.redis.password));
      for (const warning of warnings) log.warn(warning);
      const { source } = await import('./cli/source.ts');
      await source(config, options, log, stop.signal);
      return EXIT_GOOD;
    }
  }
}

/** The first signal asks for an orderly end; a second one, or a hang, ends the program at once. */
function onSignal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
  if (stop.signal.aborted) exitNow(128 + constants.signals[signal]);
  stop.abort();
  setTimeout(() => exitNow(EXIT_GOOD), STOP_LIMIT_MS);
}

/** Without a file of settings there is nothing to read again: the hang-up then is that of a terminal that was closed. */
function onReload(reload: () => void): void {
  process.on('SIGHUP', process.env['COSMOS_VIDEO_ENV_FILE'] ? reload : () => onSignal('SIGHUP'));
}

function exitNow(status: number): never {
  kill.abort();
  process.exit(status);
}

function stderrLogger(level: LogLevel, redactText: (text: string) => string): Logger {
  const style = logStyle(process.env, process.stderr.isTTY);
  return createLogger({ level, style, redact: redactText, output: process.stderr });
}

/** libc is loaded only where there is somebody to be told. */
async function findServiceManager(): Promise<ServiceManager> {
  const notifySocket = process.env['NOTIFY_SOCKET'];
  if (!notifySocket) return noServiceManager;
  const { systemdManager } = await import('./os/sd-notify.ts');
  return systemdManager(notifySocket);
}

/** Faults whose cause is outside need no stack trace; any other is a bug of ours and crashes loudly. */
function failed(error: unknown): number {
  const log = stderrLogger('warn', (text) => text);
  return logRefusal(error, log) === 'settings' ? EXIT_CONFIG : EXIT_BAD;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT_GOOD;
}
