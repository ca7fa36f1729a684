import { expect, test } from 'bun:test';
import { cpSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { blocksOf, isInOrder, likeLine } from './first-steps-blocks.ts';
import { Terminal } from './first-steps-terminal.ts';
import { Folder } from './support/folder.ts';
import { freeTcpPort, freeUdpPort } from './support/ports.ts';
import { until } from './support/until.ts';

const ROOT = join(import.meta.dir, '..');
const PAGE = 'docs/first-steps.md';
/** Those of the document: on a machine that tests, somebody else may have them. */
const [REDIS_PORT, SRT_PORT] = ['6390', '9000'];
/** What a fresh clone does not have. */
const MADE_HERE = new Set(['.git', 'node_modules', 'dist']);
/** Compiling takes the longest where others are busy, too. */
const BLOCK_LIMIT_MS = 60_000;
const TEST_LIMIT_MS = 240_000;
const ENOUGH_VIDEO_BYTES = 100_000;

test(
  'the first steps run as they stand, and come to what they show',
  async () => {
    using folder = new Folder();
    const clone = cloneInto(folder);
    const page = readFileSync(join(clone, PAGE), 'utf8')
      .replaceAll(REDIS_PORT, `${await freeTcpPort()}`)
      .replaceAll(SRT_PORT, `${await freeUdpPort()}`);
    const blocks = blocksOf(page, 'Steps');
    const commands = blocks.map((block) => block.commands);
    await using terminal = new Terminal(commands, folder.file('first-steps.sh'), clone);
    for (const [index, block] of blocks.entries()) {
      const expected = block.output.map(likeLine);
      for (const line of expected) await terminal.said(line, BLOCK_LIMIT_MS);
      if (block.commands === 'cosmos-video-builder run') {
        await until(async () => hasVideo(join(clone, 'received.ts')), 'video at the receiver');
        terminal.interrupt();
      }
      await terminal.ended(index, BLOCK_LIMIT_MS);
      expect(terminal.failures).toEqual([]);
      expect({ lines: terminal.lines, isInOrder: isInOrder(terminal.lines, expected) }).toMatchObject({
        isInOrder: true,
      });
    }
    expect(commands).toContain('cosmos-video-builder run');
    // All of the page, not those of one section alone.
    expect(page.match(/^ *```sh$/gm)).toHaveLength(blocks.length);
  },
  TEST_LIMIT_MS,
);

test('a command that is not found, and one that shows something else, are noticed', async () => {
  using folder = new Folder();
  const markdown =
    '\n## Steps\n\n1. Do.\n\n   ```sh\n   no-such-command\n   echo b 1; echo a\n   ```\n\n   ```text\n   a\n   b 22\n   ```\n';
  const [block, ...others] = blocksOf(markdown, 'Steps');
  expect(others).toEqual([]);
  await using terminal = new Terminal([block?.commands ?? ''], folder.file('steps.sh'), folder.path);
  await terminal.ended(0, BLOCK_LIMIT_MS);
  expect(terminal.failures).toEqual(['== failed with status 127: no-such-command']);
  expect(isInOrder(terminal.lines, (block?.output ?? []).map(likeLine))).toBe(false);
  expect(isInOrder(terminal.lines, ['b 22', 'a'].map(likeLine))).toBe(true);
});

/** A copy of the checkout as it stands, with the dependencies of this one, so that nothing is downloaded. */
function cloneInto(folder: Folder): string {
  const clone = folder.file('clone');
  // With the times of the files: by them make tells that the dependencies are installed.
  const filter = (path: string) => path === ROOT || !MADE_HERE.has(basename(path));
  cpSync(ROOT, clone, { recursive: true, preserveTimestamps: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  return clone;
}

function hasVideo(path: string): boolean {
  return statSync(path).size > ENOUGH_VIDEO_BYTES;
}
