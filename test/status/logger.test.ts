import { describe, expect, test } from 'bun:test';
import type { LogLevel } from '../../src/config/config.ts';
import { createLogger, logStyle, type LogStyle } from '../../src/status/logger.ts';

function logWith(style: LogStyle, level: LogLevel = 'debug') {
  const written: string[] = [];
  // A stream that is like ours, but for where it writes to.
  const output: NodeJS.WriteStream = Object.create(process.stderr, {
    write: { value: (text: string) => written.push(text) > 0 },
  });
  const log = createLogger({
    level,
    style,
    redact: (message) => message.replaceAll('secret', '…'),
    output,
  });
  return { log, text: () => written.join('') };
}

/** Says one thing at each level. */
function sayAll({ log }: ReturnType<typeof logWith>): void {
  log.debug('one');
  log.info('two');
  log.warn('three');
  log.error('four');
}

describe('the log under journald', () => {
  test('has the priority of each message in front of it, and neither time nor colour', () => {
    const stage = logWith('journal');
    sayAll(stage);
    expect(stage.text()).toBe('<7>one\n<6>two\n<4>three\n<3>four\n');
  });

  test('gives each line of a message its priority, so that it is no entry of another', () => {
    const { log, text } = logWith('journal');
    log.error('a\nb');
    expect(text()).toBe('<3>a\n<3>b\n');
  });

  test('holds back no message that comes again and again', () => {
    const { log, text } = logWith('journal');
    for (let i = 0; i < 50; i += 1) log.warn('again');
    expect(text()).toBe('<4>again\n'.repeat(50));
  });
});

describe('the log in a file', () => {
  test('has time and level in front of each line, and no colour', () => {
    const stage = logWith('plain');
    sayAll(stage);
    const lines = stage.text().trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ''))).toEqual([
      'debug one',
      'info  two',
      'warn  three',
      'error four',
    ]);
  });
});

describe('every log', () => {
  test.each(['journal', 'plain', 'terminal'] as const)('leaves out what must not be seen (%s)', (style) => {
    const { log, text } = logWith(style);
    log.debug('a secret b');
    log.info('c secret');
    log.warn('secret d');
    log.error('e\nsecret');
    expect(text()).not.toContain('secret');
    for (const kept of ['a … b', 'c …', '… d', 'e']) expect(text()).toContain(kept);
  });

  test.each(['journal', 'plain', 'terminal'] as const)(
    'writes control characters and marks of direction out, but for line breaks (%s)',
    (style) => {
      const { log, text } = logWith(style);
      log.error('said \u001B[2J\u0007\r<2>forged\u0000\u009B\nnext \u202Ddcba\u2028');
      expect(text()).toContain(String.raw`said \x1b[2J\x07\r<2>forged\x00\x9b`);
      expect(text()).toContain(String.raw`next \u202ddcba\u2028`);
      // The colours of the terminal are ours.
      const bare = Bun.stripANSI(text());
      expect(bare.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
      expect(bare.trim().split('\n')).toHaveLength(2);
    },
  );

  test.each<[LogLevel, string[]]>([
    ['error', ['four']],
    ['warn', ['three', 'four']],
    ['info', ['two', 'three', 'four']],
    ['debug', ['one', 'two', 'three', 'four']],
  ])('says at the level %s no more than was asked for', (level, expected) => {
    for (const style of ['journal', 'plain', 'terminal'] as const) {
      const stage = logWith(style, level);
      sayAll(stage);
      const said = ['one', 'two', 'three', 'four'].filter((word) => stage.text().includes(word));
      expect(said).toEqual(expected);
    }
  });
});

test('the level may change while the program runs', () => {
  const stage = logWith('journal', 'error');
  stage.log.setLevel('debug');
  sayAll(stage);
  expect(stage.text()).toBe('<7>one\n<6>two\n<4>three\n<3>four\n');
  stage.log.setLevel('warn');
  sayAll(stage);
  expect(stage.text()).toEndWith('four\n<4>three\n<3>four\n');
});

describe('the style', () => {
  test('is that of the journal wherever systemd says that it reads', () => {
    expect(logStyle({ JOURNAL_STREAM: '8:12345' }, false)).toBe('journal');
    expect(logStyle({ JOURNAL_STREAM: '8:12345' }, true)).toBe('journal');
  });

  test('is coloured on a terminal and plain elsewhere', () => {
    expect(logStyle({}, true)).toBe('terminal');
    expect(logStyle({ JOURNAL_STREAM: '' }, false)).toBe('plain');
  });
});
