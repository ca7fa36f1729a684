import { expect, test } from 'bun:test';
import { parse } from 'valibot';
import { systemClock } from '../../src/base/clock.ts';
import type { Event } from '../../src/base/event.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { createOutputs } from '../../src/service/outputs.ts';
import { Folder } from '../support/folder.ts';

/** More than a file takes to be closed. */
const CLOSE_LIMIT_MS = 5_000;

/** Outputs with which each session opens a file and closes it again; it tells how often that one was opened by then. */
function sessionsOf(folder: Folder) {
  const events: Event[] = [];
  const outputs = createOutputs({
    clock: systemClock,
    emit: (event) => void events.push(event),
    random: () => 0,
  });
  return async (name: string): Promise<number | undefined> => {
    const hub = outputs.open(parse(destinationSchema, folder.file(name)));
    await hub.close(CLOSE_LIMIT_MS);
    const figures = events.findLast((event) => event.kind === 'output-figures');
    expect(figures?.output).toBe(folder.file(name));
    return figures?.counts.attempts;
  };
}

test('what an output counts goes on from session to session', async () => {
  using folder = new Folder();
  const session = sessionsOf(folder);
  expect([await session('a.ts'), await session('a.ts'), await session('a.ts')]).toEqual([1, 2, 3]);
});

test('another destination counts from 0', async () => {
  using folder = new Folder();
  const session = sessionsOf(folder);
  expect([await session('a.ts'), await session('b.ts'), await session('b.ts')]).toEqual([1, 1, 2]);
});
