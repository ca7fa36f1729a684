import { expect, test } from 'bun:test';
import { parseConfig } from '../../src/config/parse-config.ts';
import { Redaction } from '../../src/service/redaction.ts';

const withPassword = (password: string) =>
  parseConfig({ COSMOS_VIDEO_DESTINATION: 'camera.ts', COSMOS_VIDEO_PASSWORD: password }, {}).config;

test('the secrets of the settings in force are taken out, and those of the ones before', () => {
  const redaction = new Redaction(withPassword('oldest secret'));
  // As it is handed to the log and the service manager.
  const { redact } = redaction;
  expect(redact('oldest secret, newer secret')).toBe('…, newer secret');
  redaction.learn(withPassword('newer secret'));
  expect(redact('oldest secret, newer secret')).toBe('…, …');
  redaction.learn(withPassword('newest secret'));
  expect(redact('newer secret, newest secret')).toBe('…, …');
});
