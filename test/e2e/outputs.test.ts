import { describe, expect, test } from 'bun:test';
import { SrtReceiver, PATIENT_LATENCY } from '../support/receiver.ts';
import { Folder } from '../support/folder.ts';
import type { FrameTotals } from '../support/frame-totals.ts';
import { GroupReceiver } from '../support/group-receiver.ts';
import { tsQuality } from '../support/ts-quality.ts';
import { until } from '../support/until.ts';
import { analyse, probe } from '../support/video.ts';
import { watchVideo } from '../support/watched-video.ts';
import { LinkStage } from './link-stage.ts';

// One video goes to several places: what happens to one of them is nothing to the others.

const LIMIT_MS = 120_000;
const GOP_PICTURES = 48;
const FLAPS = 3;
/** The link is dead for longer than it takes to be noticed, and carries again for longer than it takes to be called good. */
const AWAY_MS = 2_500;
/** From one picture to the next at 24 a second, and what a receiver may have to wait for before it can show one. */
const MOST_PCR_MS = 42;
const MOST_TABLES_MS = 100;
const SERVICE = 'Camera 2, north';
const IN_FORCE = /in force now/;
const FAILED = /the stream to srt:\S+ failed/;

/** How long a fault goes on: the time is what is being made here, not something that is waited for. */
function lasting(durationMs: number): Promise<void> {
  return Bun.sleep(durationMs);
}

/** A second listener, to which nothing stands in the way. */
async function quietListener(folder: Folder): Promise<SrtReceiver> {
  return SrtReceiver.start(folder.file('quiet.ts'), { parameters: PATIENT_LATENCY });
}

function longerThan(mostMs: number, gapsMs: readonly number[]): number[] {
  return gapsMs.filter((gapMs) => gapMs > mostMs);
}

/**
 * What measures a stream finds nothing wrong with this one: no counter, and no time that jumps or is not told often enough.
 * @param holes so often its link was opened again: time has gone on meanwhile, and so do the counters
 */
async function expectBroadcastable(path: string, serviceName: string, holes = 0): Promise<void> {
  const quality = tsQuality(await Bun.file(path).bytes());
  const { continuityErrors, pcrGapsMs, patGapsMs, pmtGapsMs, jumps } = quality;
  expect([continuityErrors, jumps]).toEqual([[], 0]);
  expect(longerThan(MOST_PCR_MS, pcrGapsMs)).toHaveLength(holes);
  expect(longerThan(MOST_TABLES_MS, patGapsMs)).toHaveLength(holes);
  expect(longerThan(MOST_TABLES_MS, pmtGapsMs)).toHaveLength(holes);
  const tags = await probe(path, '-show_entries', 'program_tags=service_name');
  expect(tags).toEqual([`tag:service_name=${serviceName}|`]);
}

/** Each picture that the source wrote but for those that the program has dropped, or may have, and no warning of a decoder. */
async function expectWhole(path: string, { dropped, waiting }: FrameTotals): Promise<void> {
  const { numbers, words } = await watchVideo(path);
  expect(words).toBe('');
  const { lost, backwards, unreadable } = analyse(numbers);
  expect([backwards, unreadable]).toEqual([0, 0]);
  expect(lost).toBeLessThanOrEqual(dropped + waiting);
}

describe('of two SRT listeners', () => {
  test(
    'one whose link flaps takes nothing from the other: no picture is missing there, and the log names the one',
    async () => {
      using folder = new Folder();
      await using quiet = await quietListener(folder);
      await using link = await LinkStage.open({}, quiet.address);
      const { builder, proxy } = link;
      const flapping = await link.listener();
      await link.streams();
      for (let flap = 1; flap <= FLAPS; flap += 1) {
        const nth = builder.count(FAILED) + 1;
        proxy.isForwarding = false;
        await builder.line(FAILED, { nth, withinMs: LIMIT_MS });
        await lasting(AWAY_MS);
        proxy.isForwarding = true;
        await flapping.connection(flap + 1, LIMIT_MS);
        await flapping.morePictures(GOP_PICTURES, LIMIT_MS);
      }
      await quiet.morePictures(GOP_PICTURES, LIMIT_MS);
      const totals = await link.stopped();
      await quiet.stop();
      expect(quiet.acceptedMs).toHaveLength(1);
      await expectWhole(quiet.path, totals);
      const failures = builder.lines.filter((line) => line.includes(' failed: '));
      expect(failures.filter((line) => line.includes(`:${quiet.port} `))).toEqual([]);
      expect(failures.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test(
    'one may be added and taken away while the other goes on, and be added again with another encoder; both streams are in order',
    async () => {
      using folder = new Folder();
      await using second = await quietListener(folder);
      await using link = await LinkStage.open();
      const { proxy, run } = link;
      const first = await link.listener();
      await link.streams();
      const pid = await link.ffmpegPid();
      const both = { DESTINATION: `${proxy.address} ${second.address}` };
      await run.reload(both, IN_FORCE);
      await second.morePictures(GOP_PICTURES, LIMIT_MS);
      await run.reload({ DESTINATION: proxy.address }, IN_FORCE);
      await until(async () => second.disconnectedMs.length > 0, 'the end of the second one', LIMIT_MS);
      await first.morePictures(GOP_PICTURES, LIMIT_MS);
      expect(await link.ffmpegPid()).toBe(pid);
      await run.reload({ ...both, CODEC_PRESET: 'superfast' }, /the encoder was changed/);
      await second.connection(2, LIMIT_MS);
      await second.morePictures(GOP_PICTURES, LIMIT_MS);
      expect(await link.ffmpegPid()).not.toBe(pid);
      const totals = await link.stopped();
      await first.stop();
      expect(first.acceptedMs).toHaveLength(1);
      await expectWhole(first.path, totals);
      await expectBroadcastable(first.path, 'imagestream');
      await second.stop();
      await expectBroadcastable(second.path, 'imagestream', 1);
      expect((await watchVideo(second.path)).words).toBe('');
    },
    LIMIT_MS,
  );
});

test(
  'a multicast group gets the same video as an SRT listener and a file',
  async () => {
    using folder = new Folder();
    await using group = await GroupReceiver.join(folder.file('group.ts'));
    const file = folder.file('kept.ts');
    await using link = await LinkStage.open({ SERVICE_NAME: SERVICE }, `${group.address} ${file}`);
    const receiver = await link.listener();
    await link.streams();
    await receiver.morePictures(2 * GOP_PICTURES, LIMIT_MS);
    const totals = await link.stopped();
    await Promise.all([receiver.stop(), group.stop()]);
    for (const path of [receiver.path, group.path, file]) {
      await expectWhole(path, totals);
      await expectBroadcastable(path, SERVICE);
    }
  },
  LIMIT_MS,
);
