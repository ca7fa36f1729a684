import { describe, expect, test } from 'bun:test';
import { ffmpegEnvironment } from '../../src/encoder/ffmpeg-environment.ts';

describe('the environment of ffmpeg', () => {
  test.each([
    ['PATH', '/usr/bin'],
    ['HOME', '/var/lib/cosmos'],
    ['LC_ALL', 'C.UTF-8'],
    ['TZ', 'UTC'],
    ['LIBVA_DRIVER_NAME', 'iHD'],
    ['CUDA_VISIBLE_DEVICES', '0'],
    ['http_proxy', 'http://proxy:3128'],
    ['TMPDIR', ''],
  ])('has %s as it is', (name, value) => {
    expect(ffmpegEnvironment({ [name]: value })).toEqual({ [name]: value });
  });

  test.each([
    'COSMOS_VIDEO_PASSWORD',
    'COSMOS_VIDEO_DESTINATION',
    'FFREPORT',
    'NOTIFY_SOCKET',
    'LD_PRELOAD',
    'BUN_OPTIONS',
    'MY_LC_ALL',
    'PATHS',
  ])('has no %s', (name) => {
    expect(ffmpegEnvironment({ [name]: 'secret' })).toEqual({});
  });
});
