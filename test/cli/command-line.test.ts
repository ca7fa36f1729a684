import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { checkCommand } from '../../src/cli/commands/check.ts';
import { runCommand } from '../../src/cli/commands/run.ts';
import { faultsOf } from '../config/faults.ts';

const faults = (...argv: string[]) => faultsOf(() => parseCommandLine(argv));

describe('what is asked for', () => {
  test('without anything: run', () => {
    expect(parseCommandLine([])).toEqual({
      command: runCommand,
      help: false,
      version: false,
      flags: {},
      commandFlags: {},
    });
  });

  test.each(['run', 'check', 'source'])('the command %s, before or after flags', (command) => {
    expect(parseCommandLine([command, '--port', '1']).command.name).toBe(command);
    expect(parseCommandLine(['--port', '1', command]).command.name).toBe(command);
  });

  test('flags under their usual names, with values after a space or an equals sign', () => {
    expect(
      parseCommandLine(['--port=1', '--vfr-scaling-method', 'skip', '--codec_preset', 'fast']).flags,
    ).toEqual({
      '--port': '1',
      '--vfr_scaling_method': 'skip',
      '--codec_preset': 'fast',
    });
  });

  test('of a flag given twice the last', () => {
    expect(parseCommandLine(['--codec_preset', 'fast', '--codec-preset', 'slow']).flags).toEqual({
      '--codec_preset': 'slow',
    });
  });

  test('the flags of source apart from the others', () => {
    expect(parseCommandLine(['source', '--rate', '24', '--host', 'h', '--gap-every=10'])).toMatchObject({
      flags: { '--host': 'h' },
      commandFlags: { '--rate': '24', '--gap-every': '10' },
    });
  });

  test('the flag of a setting that is none any more, with any value', () => {
    expect(parseCommandLine(['--reader', 'x', 'check'])).toMatchObject({
      command: checkCommand,
      flags: { '--reader': 'x' },
    });
    expect(faults('--reader', '--port', '1')).toEqual(['--reader has no effect any more: leave it out']);
    expect(faults('--raeder', 'x')).toEqual(['"--raeder" is not a flag (see --help)']);
  });

  test('help and version, whatever else is wrong', () => {
    expect(parseCommandLine(['--help', '--prot', '1'])).toMatchObject({ help: true, version: false });
    expect(parseCommandLine(['-h', 'strat']).help).toBe(true);
    expect(parseCommandLine(['check', '--version'])).toMatchObject({ command: checkCommand, version: true });
  });

  test('a value may begin with one dash or be an address with equals signs', () => {
    expect(parseCommandLine(['--destination', '-y.ts']).flags).toEqual({ '--destination': '-y.ts' });
    expect(parseCommandLine(['--destination=srt://h:1?a=b']).flags).toEqual({
      '--destination': 'srt://h:1?a=b',
    });
  });
});

describe('problems', () => {
  test('all are reported together', () => {
    expect(faults('strat', '--prot', '1', '--port', '--host', 'h', '--gap', '3', '--tls')).toEqual([
      '"strat" is not a command: those are run, check, source',
      '"--prot" is not a flag; did you mean --port?',
      expect.stringMatching(/^--port needs a value: port of Redis/),
      expect.stringMatching(/^--tls needs a value/),
    ]);
  });

  test('a flag of source is no flag of another command', () => {
    expect(faults('run', '--rate', '24')).toEqual(['--rate belongs to the command source, not to run']);
    expect(faults('--rate', '24')).toHaveLength(1);
    expect(faults('source', '--rate', '24')).toEqual([]);
  });

  test.each([[['--port=']], [['--port', '']], [['--port', ' ']], [['--port']]])(
    '%j lacks a value',
    (argv) => {
      expect(faults(...argv)).toEqual([expect.stringContaining('--port needs a value')]);
    },
  );

  test('a second word is too many', () => {
    expect(faults('run', 'check')).toEqual([expect.stringContaining('one word too many')]);
  });

  test('a flag of a command that takes no value is given none', () => {
    expect(parseCommandLine(['check', '--connect', '--port', '1'])).toMatchObject({
      command: checkCommand,
      flags: { '--port': '1' },
      commandFlags: { '--connect': '' },
    });
    expect(parseCommandLine(['--connect', 'check']).commandFlags).toEqual({ '--connect': '' });
    expect(parseCommandLine(['check']).commandFlags).toEqual({});
    expect(faults('check', '--connect=yes')).toEqual(['--connect takes no value']);
    expect(faults('check', '--conect')).toEqual(['"--conect" is not a flag; did you mean --connect?']);
    expect(faults('run', '--connect')).toEqual(['--connect belongs to the command check, not to run']);
  });

  test('a switch takes no value', () => {
    expect(faults('--colour=1')).toEqual(['"--colour" is not a flag (see --help)']);
    expect(parseCommandLine(['--help=3']).help).toBe(true);
  });

  test('a flag with one dash is one unknown flag, not several short ones, and asks for no help', () => {
    expect(faults('-host', 'h')).toEqual(['"-host" is not a flag; did you mean --host?']);
  });

  test.each([
    [['--password', 'SECRET']],
    [['--password=SECRET']],
    [['--pasword', 'SECRET']],
    [['-password', 'SECRET']],
    [['--secret', 'SECRET']],
    [['COSMOS_VIDEO_PASSWORD=SECRET']],
    [['srt://h:1?passphrase=SECRET']],
  ])('%j is reported without the value', (argv) => {
    expect(faults(...argv)).toHaveLength(1);
    expect(faults(...argv).join()).not.toContain('SECRET');
  });

  test('there is no flag for the password', () => {
    expect(faults('--password', 'x')).toEqual([
      '"--password" is not a flag: set the variable COSMOS_VIDEO_PASSWORD instead',
    ]);
  });
});

test('any words give a command line or faults, never another throw', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'run',
      'source',
      '--port',
      '--rate',
      '--',
      '-',
      '--=',
      '--__proto__',
      '--constructor=x',
      '-h',
      '-abc',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      for (const fault of faults(...argv)) expect(fault).not.toContain('\n');
    }),
    { numRuns: 2000 },
  );
});
