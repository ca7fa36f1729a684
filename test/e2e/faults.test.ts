import { expect, test } from 'bun:test';
import { SMALL } from '../support/builder.ts';
import { freeUdpPort } from '../support/ports.ts';
import { childrenOf } from '../support/processes.ts';
import { Stage } from '../support/stage.ts';
import { analyse, decoderWords, frameNumbers, probe } from '../support/video.ts';

const LIMIT_MS = 60_000;
/** The program allows itself 4.5 s to stop; a busy machine may take as much again. */
const STOP_MS = 10_000;

test(
  'after the idle timeout the stream is closed with its trailer, and opened again for the next frame',
  async () => {
    await using stage = await Stage.open();
    const receiver = await stage.receiver();
    const builder = stage.builder({ DESTINATION: receiver.address, IDLE_TIMEOUT: '1' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    await builder.line(/no new frame on imagestream for 1 s: closing the stream/);
    await builder.line(/waiting for frames/, { nth: 2 });
    const before = stage.writer.number;
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 2);
    await builder.line(/no new frame on imagestream for 1 s/, { nth: 2 });
    expect(await builder.stop()).toBe(0);
    await receiver.stop();
    const numbers = await frameNumbers(receiver.path, SMALL);
    expect(analyse(numbers).backwards).toBe(0);
    expect(numbers).toContain(before - 1);
    expect(numbers.some((number) => (number ?? 0) > before)).toBe(true);
  },
  LIMIT_MS,
);

test(
  'SIGTERM leaves a file that is read without an error',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('stopped.ts');
    const builder = stage.builder({ DESTINATION: path });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    const end = stage.writer.number + 48;
    await stage.writer.writeUntil(async () => stage.writer.number >= end);
    expect(await builder.stop('SIGTERM', STOP_MS)).toBe(0);
    expect(builder.lines.at(-1)).toMatch(/stopped/);
    expect(await decoderWords(path)).toBe('');
    const frames = await probe(path, '-show_entries', 'frame=pts_time');
    expect(frames.length).toBeGreaterThan(24);
  },
  LIMIT_MS,
);

test(
  'frames of a wrong size and entries without the key are dropped and named, the others go on',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('wrong.ts');
    const builder = stage.builder({ DESTINATION: path, STATS_INTERVAL: '1' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    const id = await stage.redis.xadd('imagestream', '*', 'pixels', 'too short');
    const line = await builder.line(/has 9 bytes in pixels/);
    expect(line).toContain(`frame ${id}`);
    expect(line).toContain('153600 bytes for 320x240 gray16be');
    await stage.writer.write();
    await builder.line(/wrong 1,/);
    const other = await stage.redis.xadd('imagestream', '*', 'image', 'no pixels here');
    expect(await builder.line(/has no field pixels/)).toContain(`frame ${other}`);
    await stage.writer.writeUntil(async () => builder.count(/wrong 1,/) > 1);
    expect(await builder.stop()).toBe(0);
    expect(analyse(await frameNumbers(path, SMALL))).toMatchObject({ backwards: 0, unreadable: 0 });
  },
  LIMIT_MS,
);

test(
  'an ffmpeg that is killed is followed by another one on the same connection, and the signal is named',
  async () => {
    await using stage = await Stage.open();
    const receiver = await stage.receiver();
    const builder = stage.builder({ DESTINATION: receiver.address });
    await builder.line(/connected/);
    let isKilled = false;
    await stage.writer.writeUntil(async () => {
      if (!isKilled && builder.count(/streaming to/) === 1) isKilled = killChild(builder.pid, 'SIGKILL');
      return builder.count(/the next ffmpeg encodes/) === 1;
    });
    expect(builder.text).toMatch(/ffmpeg failed: killed by signal 9.*the next one begins in 0\.\d s/);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'Redis restarted: said once and again when it is back, the stream goes on',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('restarted.ts');
    const builder = stage.builder({ DESTINATION: path, IDLE_TIMEOUT: '0' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    await stage.server.stop();
    await builder.line(/connection (was closed|refused)/);
    await stage.server.startAgain();
    await builder.line(/connected again/);
    const before = stage.writer.number;
    await stage.writer.writeUntil(async () => stage.writer.number > before + 24);
    expect(await builder.stop()).toBe(0);
    expect(builder.count(/trying again until it answers/)).toBeLessThanOrEqual(2);
    const numbers = await frameNumbers(path, SMALL);
    expect(analyse(numbers)).toMatchObject({ backwards: 0, unreadable: 0 });
    expect(Math.max(...numbers.map((number) => number ?? 0))).toBeGreaterThan(before);
  },
  LIMIT_MS,
);

test(
  'Redis that stops answering is given up and taken up again, frames repeat meanwhile',
  async () => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: stage.file('hung.ts'), IDLE_TIMEOUT: '0' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    stage.server.signal('SIGSTOP');
    await builder.line(/no answer in \d s/);
    stage.server.signal('SIGCONT');
    await builder.line(/connected again/);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'without Redis it waits for it, says so once, and stops in time',
  async () => {
    await using stage = await Stage.open();
    await stage.server.stop();
    const builder = stage.builder({ DESTINATION: stage.file('none.ts') });
    await builder.line(/Redis at 127.0.0.1:\d+: connection refused/);
    await stage.server.startAgain();
    await builder.line(/connected/);
    expect(builder.count(/connection refused/)).toBe(1);
    expect(await builder.stop('SIGINT', STOP_MS)).toBe(0);
  },
  LIMIT_MS,
);

test(
  'a password is asked for, refused and taken, and never shown',
  async () => {
    await using stage = await Stage.open('--requirepass', 'right-password');
    const without = stage.builder({ DESTINATION: stage.file('a.ts') });
    await without.line(/asks for a password: set COSMOS_VIDEO_PASSWORD/);
    const wrong = stage.builder({ DESTINATION: stage.file('b.ts'), PASSWORD: 'wrong-password' });
    await wrong.line(/refuses the password/);
    const right = stage.builder({ DESTINATION: stage.file('c.ts'), PASSWORD: 'right-password' });
    await right.line(/connected/);
    for (const builder of [without, wrong, right]) {
      expect(await builder.stop()).toBe(0);
      expect(builder.text).not.toMatch(/right-password|wrong-password/);
    }
  },
  LIMIT_MS,
);

test(
  'nothing that hangs keeps it from stopping within 5 s, and a second signal ends it at once',
  async () => {
    await using stage = await Stage.open();
    for (const signals of [1, 2]) {
      const builder = stage.builder({ DESTINATION: stage.file(`hung-${signals}.ts`) });
      await builder.line(/connected/);
      await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
      killChild(builder.pid, 'SIGSTOP');
      builder.signal('SIGTERM');
      await builder.line(/stopping/);
      if (signals === 2) builder.signal('SIGTERM');
      // 143 is that of the second signal: once the time is over it would be 0.
      expect(await builder.exit(STOP_MS)).toBe(signals === 1 ? 0 : 143);
    }
  },
  LIMIT_MS,
);

test(
  'a destination where nothing listens is named as the cause, and tried again',
  async () => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: `srt://127.0.0.1:${await freeUdpPort()}` });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/no SRT listener answers/) === 1);
    expect(builder.text).toMatch(/trying again in 0.[45] s/);
    expect(await builder.stop('SIGTERM', STOP_MS)).toBe(0);
  },
  LIMIT_MS,
);

/** Sends a signal to the one child of the program; false while it has none. */
function killChild(pid: number, signal: NodeJS.Signals): boolean {
  const [child] = childrenOf(pid);
  if (child === undefined) return false;
  process.kill(child, signal);
  return true;
}
