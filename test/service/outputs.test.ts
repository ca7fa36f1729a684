import { describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import type { Event } from '../../src/base/event.ts';
import type { Variables } from '../../src/config/setting-reader.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { LibsrtFinder } from '../../src/service/libsrt-finder.ts';
import { createOutputs } from '../../src/service/outputs.ts';
import { Folder } from '../support/folder.ts';
import { FakeLibsrt } from '../support/srt-fake.ts';
import { until } from '../support/until.ts';

/** More than a file takes to be closed. */
const CLOSE_LIMIT_MS = 5_000;

function config(variables: Variables) {
  const all = Object.entries(variables).map(([name, value]) => [`COSMOS_VIDEO_${name}`, value]);
  return parseConfig(Object.fromEntries(all), {}).config;
}

/** The outputs of a service, and what they tell. */
function outputsOf(variables: Variables) {
  const events: Event[] = [];
  const outputs = createOutputs({
    clock: systemClock,
    emit: (event) => void events.push(event),
    random: () => 0,
  });
  outputs.configure(config(variables));
  const states = (name: string) =>
    events.flatMap((event) =>
      event.kind === 'output-state' && event.output === name ? [event.state.kind] : [],
    );
  const attempts = (name: string) =>
    events.findLast((event) => event.kind === 'output-figures' && event.output === name);
  return {
    outputs,
    events,
    states,
    attempts: (name: string) => {
      const figures = attempts(name);
      return figures?.kind === 'output-figures' ? figures.counts.attempts : undefined;
    },
  };
}

describe('what an output counts', () => {
  test('goes on from session to session', async () => {
    using folder = new Folder();
    const [a, b] = [folder.file('a.ts'), folder.file('b.ts')];
    const { outputs, attempts } = outputsOf({ DESTINATION: `${a} ${b}` });
    for (let session = 0; session < 3; session += 1) await outputs.open().close(CLOSE_LIMIT_MS);
    expect([attempts(a), attempts(b)]).toEqual([3, 3]);
  });

  test('begins at 0 at another destination, and goes on at one that was taken away and comes back', async () => {
    using folder = new Folder();
    const [a, b] = [folder.file('a.ts'), folder.file('b.ts')];
    const { outputs, attempts } = outputsOf({ DESTINATION: a });
    await outputs.open().close(CLOSE_LIMIT_MS);
    outputs.configure(config({ DESTINATION: b }));
    await outputs.open().close(CLOSE_LIMIT_MS);
    outputs.configure(config({ DESTINATION: `${a} ${b}` }));
    await outputs.open().close(CLOSE_LIMIT_MS);
    expect([attempts(a), attempts(b)]).toEqual([2, 2]);
  });
});

describe('other settings while a session is open', () => {
  test('open and close what is another output; the others notice nothing', async () => {
    using folder = new Folder();
    const [a, b, c] = [folder.file('a.ts'), folder.file('b.ts'), folder.file('c.ts')];
    const { outputs, states } = outputsOf({ DESTINATION: `${a} ${b}` });
    const hub = outputs.open();
    await until(async () => states(a).includes('settling') && states(b).includes('settling'), 'both files');
    outputs.configure(config({ DESTINATION: `${c} ${a}`, GAMMA: '2' }));
    await until(async () => states(c).includes('settling'), 'the third file');
    await until(async () => states(b).includes('closed'), 'the end of the second one');
    expect(states(a)).toEqual(['connecting', 'settling']);
    await hub.close(CLOSE_LIMIT_MS);
    expect(states(a)).toEqual(['connecting', 'settling', 'closed']);
    expect(states(b)).toEqual(['connecting', 'settling', 'closed']);
    expect(states(c)).toEqual(['connecting', 'settling', 'closed']);
  });

  test('begin and end recording', async () => {
    using folder = new Folder();
    const [file, record] = [folder.file('a.ts'), folder.file('recordings')];
    mkdirSync(record);
    const { outputs, states } = outputsOf({ DESTINATION: file });
    const hub = outputs.open();
    outputs.configure(config({ DESTINATION: file, RECORD: record }));
    await until(async () => states(record).length > 0, 'the recorder');
    outputs.configure(config({ DESTINATION: file }));
    await until(async () => states(record).includes('closed'), 'the end of the recorder');
    await hub.close(CLOSE_LIMIT_MS);
    expect(states(file)).not.toContain('failed');
  });

  test('of a session that is over are what the next one opens with', async () => {
    using folder = new Folder();
    const [a, b] = [folder.file('a.ts'), folder.file('b.ts')];
    const { outputs, states } = outputsOf({ DESTINATION: a });
    await outputs.open().close(CLOSE_LIMIT_MS);
    outputs.configure(config({ DESTINATION: b }));
    expect(states(b)).toEqual([]);
    await outputs.open().close(CLOSE_LIMIT_MS);
    expect(states(b)).toContain('closed');
  });
});

test('what an earlier run has left unfinished is finished before there is any frame', async () => {
  using folder = new Folder();
  const record = folder.file('recordings');
  mkdirSync(record);
  writeFileSync(`${record}/imagestream-20261124T203300Z.ts.part`, new Uint8Array(1_000).fill(0x47));
  const { events } = outputsOf({ RECORD: record });
  await until(async () => events.some(({ kind }) => kind === 'segments-recovered'), 'the word of it');
  expect(events).toEqual([{ kind: 'segments-recovered', output: record, segments: 1 }]);
  expect(readdirSync(record)).toEqual(['imagestream-20261124T203300Z.ts']);
});

describe('whether the video comes to us', () => {
  const { outputs } = outputsOf({ DESTINATION: 'a.ts' });
  test.each<readonly [Variables, boolean]>([
    [{ DESTINATION: 'a.ts' }, true],
    [{ DESTINATION: 'udp://239.0.0.1:1234' }, true],
    [{ DESTINATION: 'tcp://video.example:9000' }, false],
    [{ DESTINATION: 'srt://video.example:9000?mode=rendezvous' }, false],
    [{ DESTINATION: 'a.ts udp://239.0.0.1:1234' }, true],
    [{ DESTINATION: 'srt://video.example:9000', RECORD: 'recordings' }, true],
    [{ DESTINATION: 'srt://video.example:9000', AUDIO: 'silent' }, true],
    [{ RECORD: 'recordings' }, true],
  ])('%p: %p', (variables, isOurs) => {
    expect(outputs.areOurs(config(variables).output)).toBe(isOurs);
  });
});

test('a session that ffmpeg sends itself is taken for one until the next begins, though libsrt is installed meanwhile', () => {
  let isInstalled = false;
  const libsrt = new LibsrtFinder(() =>
    isInstalled ? { kind: 'loaded', libsrt: new FakeLibsrt() } : { kind: 'missing', reason: 'it is missing' },
  );
  const outputs = createOutputs({ clock: systemClock, emit: () => {}, random: () => 0 }, libsrt);
  const { output } = config({ DESTINATION: 'srt://video.example:9000' });
  expect(outputs.begin(output)).toBe(false);
  isInstalled = true;
  expect(outputs.areOurs(output)).toBe(false);
  expect(outputs.areOurs(config({ DESTINATION: 'srt://video.example:9001' }).output)).toBe(true);
  expect(outputs.begin(output)).toBe(true);
  expect(outputs.areOurs(output)).toBe(true);
});
