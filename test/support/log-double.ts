import type { Logger } from '../../src/status/logger.ts';

/** A logger that keeps what it is told, as `level: message`. */
export class LogDouble implements Logger {
  readonly lines: string[] = [];

  debug(message: string): void {
    this.lines.push(`debug: ${message}`);
  }

  info(message: string): void {
    this.lines.push(`info: ${message}`);
  }

  warn(message: string): void {
    this.lines.push(`warn: ${message}`);
  }

  error(message: string): void {
    this.lines.push(`error: ${message}`);
  }

  /** What was told since this was last asked. */
  take(): string[] {
    return this.lines.splice(0);
  }
}
