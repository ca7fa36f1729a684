import { afterAll, describe, expect, test } from 'bun:test';
import { rmSync, writeFileSync } from 'node:fs';
import { frameBufferLogin } from '../../src/redis/frame-buffer-login.ts';
import { Folder } from '../support/folder.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const FILE = folder.file('builder-password');
const OVER_TCP = { host: 'box', port: 6_379, db: 0, tls: false };
const CONFIG = { ...OVER_TCP, socket: folder.file('redis.sock') };

describe('the login to the frame buffer', () => {
  test('is the password beside the socket as it is at that moment', () => {
    for (const password of ['first', 'second']) {
      writeFileSync(FILE, `${password}\n`);
      expect(frameBufferLogin(CONFIG)).toEqual({ username: 'builder', password });
    }
  });

  test('is none where the settings name a user, a password, or no socket', () => {
    writeFileSync(FILE, 'secret\n');
    expect(frameBufferLogin({ ...CONFIG, username: 'viewer' })).toBeUndefined();
    expect(frameBufferLogin({ ...CONFIG, password: 'own' })).toBeUndefined();
    expect(frameBufferLogin(OVER_TCP)).toBeUndefined();
  });

  test('is none where there is no password, or a file that cannot be one', () => {
    writeFileSync(FILE, '\n');
    expect(frameBufferLogin(CONFIG)).toBeUndefined();
    writeFileSync(FILE, 'x'.repeat(2_000));
    expect(frameBufferLogin(CONFIG)).toBeUndefined();
    rmSync(FILE);
    expect(frameBufferLogin(CONFIG)).toBeUndefined();
  });
});
