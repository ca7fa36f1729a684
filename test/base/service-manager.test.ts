import { expect, test } from 'bun:test';
import { noServiceManager, redactingManager } from '../../src/base/service-manager.ts';

test('a status has no secret and no control character in it', () => {
  const told: string[] = [];
  const manager = { ...noServiceManager, status: (text: string) => void told.push(text) };
  const shown = redactingManager(manager, (text) => text.replaceAll('secret', '***'));
  shown.status('retrying: secret \u001B[2J\u0007\r\u202E said');
  expect(told).toEqual([String.raw`retrying: *** \x1b[2J\x07\r\u202e said`]);
});
