import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ConfigError } from '../../src/base/errors.ts';
import { ReloadableSettings } from '../../src/service/reloadable-settings.ts';
import { Folder } from '../support/folder.ts';
import { output } from '../support/video.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const MAIN = folder.file('main.env');
const OWN = folder.file('cam1.env');
const BASE = { COSMOS_VIDEO_DESTINATION: 'a.ts', COSMOS_VIDEO_STREAM: 'main' };

function write(path: string, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path, lines.join(''));
}

const refusal = (path: string, why: string) => `${path} (of COSMOS_VIDEO_ENV_FILE) cannot be read: ${why}`;

describe('settings that are read again', () => {
  test('are those of the files, of which the last wins; what stands in none any more is as if unset', () => {
    write(MAIN, { ...BASE, COSMOS_VIDEO_KEY: 'image' });
    write(OWN, { COSMOS_VIDEO_STREAM: 'cam1' });
    const started = { ...BASE, COSMOS_VIDEO_STREAM: 'cam1', COSMOS_VIDEO_KEY: 'image' };
    const source = new ReloadableSettings({ ...started, COSMOS_VIDEO_ENV_FILE: `-${MAIN}:${OWN}` }, {});
    write(MAIN, BASE);
    expect(source.again().config).toMatchObject({ source: { stream: 'cam1', key: 'pixels' } });
    write(OWN, { COSMOS_VIDEO_STREAM: 'cam2' });
    expect(source.again().config.source.stream).toBe('cam2');
  });

  test('keep what came from elsewhere: flags, and variables that no file had', () => {
    write(MAIN, BASE);
    const started = { ...BASE, COSMOS_VIDEO_KEY: 'image', COSMOS_VIDEO_ENV_FILE: MAIN };
    const source = new ReloadableSettings(started, { '--stream': 'flagged' });
    write(MAIN, { ...BASE, COSMOS_VIDEO_FRAMERATE: '12' });
    expect(source.again().config).toMatchObject({
      source: { stream: 'flagged', key: 'image' },
      pacing: { frameRate: { numerator: 12n } },
    });
  });

  test('take nothing but settings from the files', () => {
    write(MAIN, { ...BASE, PATH: '/nowhere' });
    const source = new ReloadableSettings({ ...BASE, PATH: '/bin', COSMOS_VIDEO_ENV_FILE: MAIN }, {});
    expect(source.again().warnings).toEqual([]);
  });

  test('are at fault where a file is missing, unless it is marked as one that may be', () => {
    write(MAIN, BASE);
    rmSync(OWN, { force: true });
    const started = { ...BASE, COSMOS_VIDEO_ENV_FILE: `-${MAIN}:${OWN}` };
    expect(() => new ReloadableSettings(started, {}).again()).toThrow(
      `${OWN} (of COSMOS_VIDEO_ENV_FILE) cannot be read`,
    );
    const other = { ...BASE, COSMOS_VIDEO_ENV_FILE: `${MAIN}:-${OWN}` };
    expect(new ReloadableSettings(other, {}).again().config.source.stream).toBe('main');
  });

  test('are at fault at once where a file is no regular one, or a huge one: no wait for what never ends', async () => {
    const fifo = folder.file('fifo.env');
    await output('mkfifo', fifo);
    const huge = folder.file('huge.env');
    writeFileSync(huge, '#'.repeat(1024 * 1024 + 1));
    const start = (path: string) => new ReloadableSettings({ ...BASE, COSMOS_VIDEO_ENV_FILE: path }, {});
    for (const path of [fifo, '/dev/zero', folder.path]) {
      expect(() => start(path)).toThrow(refusal(path, 'it is no regular file'));
    }
    expect(() => start(`-${huge}`)).toThrow(refusal(huge, 'it has more than 1048576 bytes'));
    write(OWN, BASE);
    const source = start(OWN);
    rmSync(OWN);
    await output('mkfifo', OWN);
    expect(() => source.again()).toThrow(refusal(OWN, 'it is no regular file'));
    rmSync(OWN);
  });

  test('may fill the whole size that a file may have', () => {
    write(MAIN, BASE);
    const settings = readFileSync(MAIN, 'utf8');
    writeFileSync(MAIN, `${settings}${'#'.repeat(1024 * 1024 - settings.length)}`);
    const source = new ReloadableSettings({ COSMOS_VIDEO_ENV_FILE: MAIN }, {});
    expect(source.again().config.source.stream).toBe('main');
  });

  test('are at fault where no file is named', () => {
    expect(() => new ReloadableSettings(BASE, {}).again()).toThrow(ConfigError);
  });
});
