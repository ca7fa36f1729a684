import { describe, expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import { fileFailure, recordingError, recordingFailure } from '../../src/outputs/file-failure.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: in the words of the system`), { code });
}

describe('what the system says of the recordings', () => {
  test.each(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EIO'])(
    'is not told of as of a destination: %s',
    (code) => {
      const [recording, destination] = [recordingFailure(systemError(code)), fileFailure(systemError(code))];
      expect(destination.text).toContain('destination');
      expect(recording.text).toContain('recordings');
      expect(recording.text).not.toContain('destination');
      expect(recording.code).toBe(destination.code);
    },
  );

  test.each(['ENOSPC', 'EDQUOT'])('is the same where it says nothing of the place: %s', (code) => {
    expect(recordingFailure(systemError(code))).toEqual(fileFailure(systemError(code)));
  });

  test('is in its own words where we have none', () => {
    expect(recordingFailure(systemError('EMLINK'))).toEqual({
      code: 'file-other',
      text: 'EMLINK: in the words of the system',
    });
  });
});

describe('what comes up with the recordings', () => {
  test('is a failure of theirs where the system says so, with its cause', () => {
    const cause = systemError('ENOENT');
    const error = recordingError(cause);
    if (!(error instanceof LinkError)) throw new Error('no failure of an output');
    expect(error.failure.code).toBe('file-no-folder');
    expect(error.cause).toBe(cause);
  });

  test.each([
    ['a bug', () => new TypeError('undefined is not a function')],
    ['a bug that the runtime has noticed', () => systemError('ERR_INVALID_ARG_TYPE')],
    ['a failure already', () => new LinkError({ code: 'file-reserve', text: 'no room' })],
    ['anything else', () => 'text'],
  ])('stays what it is where it is %s', (_, make) => {
    const error = make();
    expect(recordingError(error)).toBe(error);
  });
});
