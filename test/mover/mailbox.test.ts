import { serialize } from 'bun:jsc';
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { MailboxReader, MailboxWriter } from '../../src/mover/mailbox.ts';
import { libc } from '../../src/os/libc.ts';

/** Sends messages to another thread and gives what came there, in its order. */
async function echoed(messages: readonly object[]): Promise<unknown[]> {
  const mailbox = new MailboxWriter();
  const worker = new Worker(join(import.meta.dir, 'echo-thread.ts'));
  const found: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    found.push(data);
    mailbox.onTaken();
    if (found.length === messages.length) resolve();
  });
  worker.postMessage(mailbox.parts);
  for (const message of messages) mailbox.send(message);
  await promise;
  worker.terminate();
  mailbox.close();
  return found;
}

/** The message that just fits of such characters. */
function longestOf(character: string): { readonly text: string } {
  let count = 16_384;
  const message = () => ({ text: character.repeat(count) });
  while (serialize(message(), { binaryType: 'nodebuffer' }).length > 16_384) count -= 1;
  return message();
}

test('many messages come to another thread in their order, each once', async () => {
  const messages = Array.from({ length: 20_000 }, (_, number) => ({ number, text: 'x'.repeat(number % 50) }));
  expect(await echoed([...messages, { last: true }])).toEqual([...messages, { last: true }]);
});

test('a message may have any text and number, and up to 16 KiB', async () => {
  const longest = longestOf('x');
  const wide = longestOf('\u20ac');
  const strange = { text: '\0\r\n"\\\ud83d\ude00', rate: 30_000n, missing: undefined };
  const messages = [longest, wide, strange, {}, longest, { last: true }];
  expect(await echoed(messages)).toEqual(messages);
});

test('one that is too long is refused, and harms no other', () => {
  const mailbox = new MailboxWriter();
  const reader = new MailboxReader(mailbox.parts);
  const tooLong = { text: '\u20ac'.repeat(9_000) };
  expect(() => mailbox.send(tooLong)).toThrow('too long');
  mailbox.send({ number: 1 });
  expect(reader.take()).toEqual({ number: 1 });
  expect(reader.take()).toBeUndefined();
  mailbox.close();
});

test('what is sent after it was closed goes nowhere, whatever has its descriptor by then', () => {
  const mailbox = new MailboxWriter();
  mailbox.close();
  const other = new MailboxWriter();
  expect(other.parts.eventFd).toBe(mailbox.parts.eventFd);
  mailbox.send({ number: 1 });
  mailbox.close();
  const count = new Uint8Array(new ArrayBuffer(8));
  expect(libc.read(other.parts.eventFd, count, 8)).toBe(-1);
  other.send({ number: 2 });
  expect(libc.read(other.parts.eventFd, count, 8)).toBe(8);
  other.close();
});
