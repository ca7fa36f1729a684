import { expect, test } from 'bun:test';
import { startBuilder } from '../support/builder.ts';
import { Folder } from '../support/folder.ts';
import { output } from '../support/video.ts';

test.concurrent('a FIFO as COSMOS_VIDEO_ENV_FILE is refused at once, by its name', async () => {
  using folder = new Folder();
  const fifo = folder.file('settings.env');
  await output('mkfifo', fifo);
  await using builder = startBuilder({ DESTINATION: folder.file('x.ts'), ENV_FILE: fifo });
  expect(await builder.exit()).toBe(78);
  expect(builder.text).toContain(`${fifo} (of COSMOS_VIDEO_ENV_FILE) cannot be read: it is no regular file`);
});

test.concurrent('a file of settings that never ends is refused at once', async () => {
  using folder = new Folder();
  await using builder = startBuilder({ DESTINATION: folder.file('x.ts'), ENV_FILE: '-/dev/zero' });
  expect(await builder.exit()).toBe(78);
  expect(builder.text).toContain('/dev/zero (of COSMOS_VIDEO_ENV_FILE) cannot be read');
});
