import { describe, expect, test } from 'bun:test';
import { parseConfig } from '../../src/config/parse-config.ts';
import { faultsOf } from './faults.ts';

const DESTINATION = { COSMOS_VIDEO_DESTINATION: 'srt://video.example:9000' };
const warnings = (env: Record<string, string>, flags: Record<string, string> = {}) =>
  parseConfig({ ...DESTINATION, ...env }, flags).warnings;
const faults = (env: Record<string, string>, flags: Record<string, string> = {}) =>
  faultsOf(() => parseConfig({ ...DESTINATION, ...env }, flags));
const urls = (env: Record<string, string>) =>
  parseConfig(env, {}).config.output.destinations.map(({ url }) => url);

describe('faults', () => {
  test('one of several destinations is named, and of the others only what may be shown is', () => {
    expect(faults({ COSMOS_VIDEO_DESTINATION: 'srt://a:1?passphrase=SECRETSECRET udp://b' })).toEqual([
      'COSMOS_VIDEO_DESTINATION is "srt://a:1 udp://b": destination 2, "udp://b", ' +
        'must have a port from 1 to 65535, e.g. udp://video.example:9000',
    ]);
    expect(faults({}, { '--destination': 'srt://a:1?passphrase=SECRET SECRET' })).toEqual([
      expect.stringMatching(
        /^--destination \(COSMOS_VIDEO_DESTINATION\) is "srt:\/\/a:1 …": must not be followed /,
      ),
    ]);
  });

  test.each([
    [{ COSMOS_VIDEO_RECORD: 'rec' }, 'COSMOS_VIDEO_RECORD is "rec"'],
    [{ COSMOS_VIDEO_AUDIO: 'silent' }, 'COSMOS_VIDEO_AUDIO is "silent"'],
  ])('where ffmpeg writes the video itself there can be nothing else: %j', (env, beginning) => {
    const ending = 'ffmpeg writes to it itself, so that the video does not come to this program';
    expect(faults({ ...env, COSMOS_VIDEO_DESTINATION: 'tcp://h:1?token=SECRET' })).toEqual([
      `${beginning}: must be left out where the video goes to tcp://h:1: ${ending}`,
    ]);
    expect(faults({ ...env, COSMOS_VIDEO_DESTINATION: 'srt://h:1?mode=rendezvous' })).toEqual([
      `${beginning}: must be left out where the video goes to srt://h:1: in mode=rendezvous ${ending}`,
    ]);
  });

  test('the recordings have a folder, which is neither a destination nor an address', () => {
    expect(faults({ COSMOS_VIDEO_DESTINATION: './rec', COSMOS_VIDEO_RECORD: 'rec/' })).toEqual([
      'COSMOS_VIDEO_RECORD is "rec/": must be a folder, and not the file that is a destination',
    ]);
    expect(faults({ COSMOS_VIDEO_RECORD: 'srt://h:1?passphrase=SECRET SECRET' })).toEqual([
      'COSMOS_VIDEO_RECORD is "srt://h:1 …": must be the path of a folder, and no address: without a question mark, and with ./ before one with a colon',
    ]);
    // An address that has lost a part may still have its passphrase.
    for (const address of ['srt:h:1?passphrase=SECRET', 'h:1?passphrase=SECRET', 'user:SECRET@h/x'])
      expect(faults({ COSMOS_VIDEO_RECORD: address })).toEqual([expect.not.stringContaining('SECRET')]);
  });
});

describe('several destinations', () => {
  test('each srt:// address without a latency of its own gets that of the setting', () => {
    const env = {
      COSMOS_VIDEO_DESTINATION: 'srt://a:1 srt://b:2?latency=9000 udp://c:3 srt://d:4',
      COSMOS_VIDEO_SRT_LATENCY: '200',
    };
    expect(urls(env)).toEqual([
      'srt://a:1?latency=200000',
      'srt://b:2?latency=9000',
      'udp://c:3',
      'srt://d:4?latency=200000',
    ]);
    expect(warnings(env)).toEqual([]);
  });

  test('what others can read of one in a flag is warned of once', () => {
    const destination = 'srt://a:1 srt://b:2?passphrase=0123456789 srt://c:3?passphrase=0123456789';
    expect(warnings({}, { '--destination': destination })).toEqual([
      expect.stringMatching(/^every user of this machine can read the passphrase in --destination /),
    ]);
  });
});

describe('warnings', () => {
  test.each<[Record<string, string>, string]>([
    [
      { COSMOS_VIDEO_SRT_LATENCY: '9', COSMOS_VIDEO_DESTINATION: 'out.ts' },
      'out.ts is not an srt:// address',
    ],
    [
      { COSMOS_VIDEO_SRT_LATENCY: '9', COSMOS_VIDEO_DESTINATION: 'srt://h:1?latency=9000' },
      'has a latency already',
    ],
    [{ COSMOS_VIDEO_DESTINATION: 'srt://h:1?latency=200' }, 'COSMOS_VIDEO_SRT_LATENCY=200'],
    [
      { COSMOS_VIDEO_DESTINATION: 'srt://h:1?latency=200000&tsbpddelay=200' },
      'tsbpddelay=200 in COSMOS_VIDEO_DESTINATION counts as 0: an address has microseconds',
    ],
    [
      { COSMOS_VIDEO_SRT_LATENCY: '9', COSMOS_VIDEO_DESTINATION: 'srt://h:1?latency=9000 a.ts' },
      'each srt:// address among the destinations has a latency already',
    ],
    [
      { COSMOS_VIDEO_SRT_LATENCY: '9', COSMOS_VIDEO_DESTINATION: 'udp://h:1 a.ts' },
      'there is no srt:// address among the destinations',
    ],
    [
      { COSMOS_VIDEO_SRT_LATENCY: '9', COSMOS_VIDEO_DESTINATION: '', COSMOS_VIDEO_RECORD: 'rec' },
      'COSMOS_VIDEO_SRT_LATENCY has no effect: there is no destination',
    ],
    [
      { COSMOS_VIDEO_DESTINATION: 'srt://h:1 srt://h:2?latency=200' },
      'latency=200 in COSMOS_VIDEO_DESTINATION (srt://h:2) counts as 0',
    ],
    [
      { COSMOS_VIDEO_RECORD_WHEN: 'always' },
      'COSMOS_VIDEO_RECORD_WHEN has no effect while COSMOS_VIDEO_RECORD is not set',
    ],
    [{ COSMOS_VIDEO_RECORD_SEGMENT: '5' }, 'COSMOS_VIDEO_RECORD_SEGMENT has no effect while'],
    [{ COSMOS_VIDEO_RECORD_QUOTA: '5M' }, 'COSMOS_VIDEO_RECORD_QUOTA has no effect while'],
    [
      { COSMOS_VIDEO_DESTINATION: '', COSMOS_VIDEO_RECORD: 'rec', COSMOS_VIDEO_RECORD_WHEN: 'outage' },
      'COSMOS_VIDEO_RECORD_WHEN has no effect: there is no destination, and all of the video is kept',
    ],
    [
      {
        COSMOS_VIDEO_DESTINATION: 'srt://h:1 udp://239.0.0.1:2',
        COSMOS_VIDEO_RECORD: 'rec',
        COSMOS_VIDEO_RECORD_WHEN: 'outage',
      },
      'COSMOS_VIDEO_RECORD_WHEN is outage, and udp://239.0.0.1:2 gets the video for as long as it can be written to',
    ],
  ])('%j: %s', (env, warning) => {
    expect(warnings(env)).toEqual([expect.stringContaining(warning)]);
  });
});

test('a recorder needs no destination, and has its defaults', () => {
  const { output } = parseConfig({ COSMOS_VIDEO_RECORD: 'recordings' }, {}).config;
  expect(output).toEqual({
    destinations: [],
    record: { folder: 'recordings', when: 'always', segmentMs: 60_000 },
    audio: 'none',
  });
});
