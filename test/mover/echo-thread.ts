import { MailboxReader, type MailboxParts } from '../../src/mover/mailbox.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';

// A thread that gives back what comes through its mailbox, until that is `last`.
declare const self: Worker;

self.addEventListener('message', ({ data }: MessageEvent<MailboxParts>) => {
  const loop = new PollLoop();
  void echo(loop, data);
  loop.run();
});

async function echo(loop: PollLoop, parts: MailboxParts): Promise<void> {
  const reader = new MailboxReader(parts);
  while (await loop.readable(parts.eventFd, 2n ** 62n)) {
    const message = reader.take();
    if (message === undefined) continue;
    postMessage(message);
    if (typeof message === 'object' && message !== null && 'last' in message) loop.stop();
  }
}
