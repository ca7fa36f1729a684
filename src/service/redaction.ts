import type { Config } from '../config/config.ts';
import { redactor } from '../config/redact.ts';

/** Takes the secrets out of every message: those of the settings in force, and of those before. */
export class Redaction {
  #newest: (text: string) => string;
  #before: (text: string) => string = (text) => text;

  constructor(first: Config) {
    this.#newest = redactorOf(first);
  }

  /** From now on the secrets of these settings are taken out, too. What has to do with the ones before may still come. */
  learn(config: Config): void {
    this.#before = this.#newest;
    this.#newest = redactorOf(config);
  }

  /** The text without the secrets. May be handed on by itself. */
  readonly redact = (text: string): string => this.#newest(this.#before(text));
}

function redactorOf({ source, output }: Config): (text: string) => string {
  return redactor(source.redis.password, output.destinations);
}
