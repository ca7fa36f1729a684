import type { MoverEvent, SourceEvent } from '../../src/base/event.ts';
import type { Frame, FrameSlot } from '../../src/base/frame.ts';
import { FrameMover } from '../../src/mover/frame-mover.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import type { InputSink } from '../../src/mover/session-sink.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeRedis } from './fake-connection.ts';
import { PLAIN_LEVELS, rawFormat } from './levels-settings.ts';

const SETTINGS: MoverSettings = {
  source: { redis: { host: 'redis', port: 6379, db: 0, tls: false }, stream: 'imagestream', key: 'pixels' },
  pacing: {
    frameRate: { numerator: 10n, denominator: 1n },
    method: 'scale',
    maxDelayMs: 2_000,
    trimAfterMs: 2_000,
    idle: 'close',
    idleTimeoutMs: 5_000,
  },
  levels: PLAIN_LEVELS,
  format: rawFormat(1),
};

/** A mover at 10 frames a second from a Redis in memory to a sink that takes everything. */
export function moverStage(pacing: Partial<MoverSettings['pacing']> = {}) {
  const clock = new FakeClock();
  const redis = new FakeRedis(clock);
  /** Of other streams, by their name. */
  const others = new Map<string, FakeRedis>();
  const events: string[] = [];
  /** The settings for which a source was opened. */
  const opened: MoverSettings[] = [];
  /** The settings that an open source was given. */
  const configured: MoverSettings[] = [];
  const mover = new FrameMover({
    clock,
    emit: (event) => events.push(inWords(event)),
    openSource: (settings) => {
      opened.push(settings);
      const from = others.get(settings.source.stream) ?? redis;
      // The memory is one and the same, whatever is read into it.
      const lender = (pixels: FrameSlot) => [redis, ...others.values()].find(({ lent }) => lent.has(pixels));
      return {
        connect: from.connect,
        release: ({ pixels }) => (lender(pixels) ?? from).release(pixels),
        configure: (other) => void configured.push(other),
      };
    },
  });
  const settings = { ...SETTINGS, pacing: { ...SETTINGS.pacing, ...pacing } };
  mover.configure(settings);
  const written: string[] = [];
  /** For one session after another. */
  const sink: InputSink = {
    write: async (frame: Frame) => {
      written.push(frame.id);
    },
    warm: async () => {},
    finish: async () => {},
    close() {},
  };
  return { clock, redis, others, events, written, opened, configured, mover, sink, settings };
}

function inWords(event: SourceEvent | MoverEvent): string {
  switch (event.kind) {
    case 'wrong-entry':
      return event.entry.kind;
    case 'schedule-restarted':
      return `gave up ${event.skippedTicks}`;
    case 'frames':
      return `counts ${event.counts.output}`;
    case 'levels':
      return event.kind;
    case 'redis-connected':
    case 'redis-lost':
    case 'stream-started-over':
      return event.kind.replace('redis-', '');
  }
}
