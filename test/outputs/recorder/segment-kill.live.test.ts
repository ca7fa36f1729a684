import { expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { Child } from '../../support/child.ts';
import { Folder } from '../../support/folder.ts';
import { decoderWords, output } from '../../support/video.ts';
import { folderOnDisk, isWhole, namesIn } from './segment-stage.ts';

const PICTURES = 96;
const PACKETS_A_WRITE = 97;
const KILLS = 12;
const LATEST_KILL_MS = 400;
const LIMIT_MS = 300_000;
const WRITER = join(import.meta.dir, 'endless-recorder.ts');

/** Four seconds, a keyframe each second, about 1 Mbit/s. */
async function makeVideo(path: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=24'];
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '1M', '-g', '24'];
  await output('ffmpeg', '-v', 'error', '-nostdin', ...source, '-frames:v', `${PICTURES}`, ...encoder, path);
}

/** How many pictures of it can be decoded, whatever is wrong with the last one. */
async function picturesIn(path: string): Promise<number> {
  const what = [
    '-count_frames',
    '-select_streams',
    'v',
    '-show_entries',
    'stream=nb_read_frames',
    '-of',
    'csv=p=0',
  ];
  return Number.parseInt(new TextDecoder().decode(await output('ffprobe', '-v', 'fatal', ...what, path)), 10);
}

/** What of the last segment had been said to be safe. */
function lastSafe(text: string): { readonly name: string; readonly sizeBytes: number } {
  const [, name = '', sizeBytes = '0'] = [...text.matchAll(/safe \S*\/(\S+)\.part (\d+)/g)].at(-1) ?? [];
  return { name, sizeBytes: Number(sizeBytes) };
}

test(
  'a recorder that is killed at any moment loses nothing of what was safe, and the next start finishes the rest',
  async () => {
    using folder = new Folder();
    await makeVideo(folder.file('video.ts'));
    const videoBytes = statSync(folder.file('video.ts')).size;
    const into = folder.file('segments');
    Bun.spawnSync(['mkdir', into]);
    const delaysMs = fc.sample(fc.nat(LATEST_KILL_MS), { numRuns: KILLS });
    const command = [process.execPath, WRITER, into, folder.file('video.ts'), `${PACKETS_A_WRITE}`];
    // One segment is whole in any case, however long the disk takes for it.
    await using first = new Child(command);
    await first.line(/^safe/, {
      nth: Math.ceil(videoBytes / PACKET_BYTES / PACKETS_A_WRITE) + 1,
      withinMs: 60_000,
    });
    await first.stop('SIGKILL');
    let recovered = await folderOnDisk(into).recover();
    for (const delayMs of delaysMs) {
      await using writer = new Child(command);
      await writer.line(/^safe/);
      await Bun.sleep(delayMs);
      writer.signal('SIGKILL');
      await writer.exit();
      const safe = lastSafe(writer.text);
      const left = namesIn(into).filter((name) => name.endsWith('.part'));
      expect(left.length).toBeLessThanOrEqual(1);
      const count = await folderOnDisk(into).recover();
      expect(count).toBeLessThanOrEqual(left.length);
      recovered += count;
      expect(namesIn(into).filter((name) => name.endsWith('.part'))).toEqual([]);
      expect(statSync(join(into, safe.name)).size).toBeGreaterThanOrEqual(safe.sizeBytes);
    }
    expect(recovered).toBeGreaterThan(KILLS / 3);
    const paths = namesIn(into).map((name) => join(into, name));
    expect(paths.filter((path) => !isWhole(path))).toEqual([]);
    const short = paths.filter((path) => statSync(path).size < videoBytes);
    expect(short.length).toBeLessThanOrEqual(recovered);
    for (const path of short.slice(0, KILLS)) {
      // The one picture that was cut apart, and those that wait for another one (none here).
      const expected = Math.floor((PICTURES * statSync(path).size) / videoBytes / 2);
      expect(await picturesIn(path)).toBeGreaterThanOrEqual(expected);
    }
    const whole = paths.find((path) => statSync(path).size === videoBytes) ?? '';
    expect(await picturesIn(whole)).toBe(PICTURES);
    expect(await decoderWords(whole)).toBe('');
  },
  LIMIT_MS,
);

test(
  'a start beside one that records leaves alone what that writes, and records beside it',
  async () => {
    using folder = new Folder();
    await makeVideo(folder.file('video.ts'));
    const into = folder.file('segments');
    Bun.spawnSync(['mkdir', into]);
    const command = [process.execPath, WRITER, into, folder.file('video.ts'), '1'];
    await using one = new Child(command);
    await one.line(/^safe/, { nth: 3 });
    await using other = new Child(command);
    expect(await other.line(/^recovered/)).toBe('recovered 0');
    await other.line(/^safe/, { nth: 50 });
    await one.line(/^safe/, { nth: one.count(/^safe/) + 50 });
    expect(await folderOnDisk(into).recover()).toBe(0);
    expect(one.isRunning && other.isRunning).toBe(true);
  },
  LIMIT_MS,
);
