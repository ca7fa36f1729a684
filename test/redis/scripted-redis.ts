import { join } from 'node:path';
import type { SocketAddress } from '../../src/os/socket.ts';
import { Child } from '../support/child.ts';

/**
 * A piece of a reply (a character a byte), a pause, so many bytes of anything, one piece so many times, or the end of the
 * connection.
 */
export type Step =
  | string
  | { readonly repeat: string; readonly times: number }
  | { readonly pauseMs: number }
  | { readonly floodBytes: number }
  | { readonly end: true };
/** The replies of one connection, command by command; further commands are never answered. */
export type Conversation = readonly (readonly Step[])[];

const LOOPBACK = {
  ipv4: { host: '127.0.0.1', bytes: [127, 0, 0, 1] },
  ipv6: { host: '::1', bytes: [...Array.from({ length: 15 }, () => 0), 1] },
} as const;

/** A process that listens as Redis would and says what a test tells it to. */
export class ScriptedRedis implements AsyncDisposable {
  private constructor(
    private readonly child: Child,
    readonly address: SocketAddress,
  ) {}

  static async start(
    conversations: readonly Conversation[],
    listen: 'ipv4' | 'ipv6' | { readonly path: string } = 'ipv4',
  ): Promise<ScriptedRedis> {
    const where = typeof listen === 'string' ? `${LOOPBACK[listen].host} 0` : listen.path;
    const program = join(import.meta.dir, 'scripted-server.ts');
    const child = new Child([process.execPath, program, where, JSON.stringify(conversations)]);
    const line = await child.line(/listening/);
    const port = Number(line.split(' ').at(-1));
    if (typeof listen !== 'string') return new ScriptedRedis(child, { kind: 'unix', path: listen.path });
    return new ScriptedRedis(child, { kind: listen, bytes: LOOPBACK[listen].bytes, port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}

export const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
export const list = (...parts: readonly string[]): string => `*${parts.length}\r\n${parts.join('')}`;

/** What XREVRANGE answers with one entry of these field names and values. */
export const newestReply = (id: string, ...fields: readonly string[]): string =>
  list(list(bulk(id), list(...fields.map(bulk))));

/** What XREAD answers with one entry. */
export const readReply = (id: string, ...fields: readonly string[]): string =>
  list(list(bulk('stream'), newestReply(id, ...fields)));

/** The beginning of an answer with one entry of so many fields. */
export function entryOf(fieldCount: number): string {
  return `*1\r\n*2\r\n${bulk('1-2')}*${2 * fieldCount}\r\n`;
}
